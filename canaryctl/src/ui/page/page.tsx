import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Act } from "../acts.ts";
import type { Snapshot } from "../snapshot.ts";
import { ShareChart } from "./chart.tsx";
import { Controls, Outcomes } from "./controls.tsx";
import { Faults } from "./faults.tsx";
import { Flow } from "./flow.tsx";
import { type Live, type Named, post, query, useLive } from "./live.ts";
import { useNow } from "./media.ts";
import { Moves, Numbers, Plan, Pods, Verdict } from "./panels.tsx";
import { oneOfSeveral } from "./view.ts";

const namedHere = (): Named => Object.fromEntries(new URLSearchParams(location.search));

function Page() {
  const [named, setNamed] = useState(namedHere);
  const [refusal, setRefusal] = useState<string>();
  const [next, setNext] = useState<number>();
  const live = useLive(named);
  const { snapshot } = live;

  const begin = async (act: Act) => {
    if (!snapshot) return;
    const { stack, service } = snapshot;
    setRefusal(undefined);
    const answer = await post({ stack, ...(service !== null && { app: service }) }, act);
    if (typeof answer === "string") setRefusal(answer);
  };
  const isMoving = snapshot?.acts.some(({ name, state }) => name === "set-traffic" && state === "running") ?? false;
  const act = (asked: Act) => {
    // One move after the other: of several the last one counts, and a rollback takes the place of all.
    if (asked.name === "set-traffic" && isMoving) return setNext(asked.canary);
    setNext(undefined);
    void begin(asked);
  };
  useEffect(() => {
    if (isMoving || next === undefined) return;
    setNext(undefined);
    void begin({ name: "set-traffic", canary: next });
  }, [isMoving, next]);
  useEffect(() => {
    document.title = titleOf(snapshot);
  }, [snapshot?.release, snapshot?.stack]);

  const choose = (chosen: Named) => {
    history.replaceState(null, "", query(chosen));
    setRefusal(undefined);
    setNext(undefined);
    setNamed(chosen);
  };
  return (
    <>
      <Header live={live} choose={choose} act={act} />
      <main>{snapshot ? <Content {...{ snapshot, act, refusal }} /> : <p class="soft">Reading the stack …</p>}</main>
    </>
  );
}

const titleOf = (snapshot: Snapshot | undefined): string =>
  snapshot?.release?.live
    ? `${Math.round(snapshot.release.live.canary)} % canary, ${[snapshot.service, snapshot.stack].filter(Boolean).join(", ")}`
    : `${snapshot?.stack ?? ""} canaryctl ui`;

interface HeaderProps {
  readonly live: Live;
  readonly choose: (named: Named) => void;
  readonly act: (act: Act) => void;
}

function Header({ live: { snapshot, isConnected }, choose, act }: HeaderProps) {
  const { release, stacks = [], stack, service, applications, isReadOnly } = snapshot ?? {};
  const one = snapshot && oneOfSeveral(snapshot);
  return (
    <header>
      <div>
        <h1>{release?.app ?? "canary-lab"}</h1>
        <p class="soft small">
          {release ? `${release.strategy}, ${release.namespace}, ${release.target} cluster` : ""}
        </p>
      </div>
      <Chooser
        what="Environment"
        value={stack ?? ""}
        options={[...new Set([...(stack === undefined ? [] : [stack]), ...stacks])].map((each) => [each, each])}
        choose={(chosen) => choose({ stack: chosen })}
      />
      {stack !== undefined && applications && one !== undefined && (
        <Chooser
          what="Service"
          value={service ?? ""}
          options={[
            ["", applications.own ?? stack],
            ...[...new Set([...(service ? [service] : []), ...applications.services])].map((each): [string, string] => [
              each,
              each,
            ]),
          ]}
          choose={(chosen) => choose({ stack, ...(chosen && { app: chosen }) })}
        />
      )}
      <p class={`connection ${isConnected ? "pass" : "fail"}`} role="status">
        {isConnected ? "live" : "connection lost: what is shown is old; canaryctl ui serves it"}
      </p>
      {isReadOnly ? (
        <p class="badge">read only</p>
      ) : (
        <button type="button" class="rollback" onClick={() => act({ name: "rollback" })}>
          Roll back{one === undefined ? "" : ` ${one}`}
        </button>
      )}
    </header>
  );
}

interface ChooserProps {
  readonly what: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly choose: (value: string) => void;
}

function Chooser({ what, value, options, choose }: ChooserProps) {
  return (
    <label class="chooser">
      <span class="soft small">{what}</span>
      <select aria-label={what} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ContentProps {
  readonly snapshot: Snapshot;
  readonly act: (act: Act) => void;
  readonly refusal: string | undefined;
}

function Content({ snapshot, act, refusal }: ContentProps) {
  const { release, traffic, verdict, moves, trouble, isReadOnly } = snapshot;
  const now = useNow();
  return (
    <>
      {trouble !== null && (
        <pre class="refused trouble" role="alert">
          {trouble}
        </pre>
      )}
      {!release && <Outcomes acts={snapshot.acts} refusal={refusal} />}
      {release?.fault && <pre class="refused trouble">{release.fault}</pre>}
      {release && (
        <div class="grid">
          <Flow traffic={traffic} release={release} />
          <div class="side">
            {!isReadOnly && <Controls snapshot={{ ...snapshot, release }} act={act} refusal={refusal} />}
            {release.plan.length > 0 && <Plan release={release} now={now} />}
            <Pods workloads={release.workloads} />
            {isReadOnly && <Moves moves={moves} now={now} />}
            {!isReadOnly && release.acts.includes("faults") && <Faults act={act} />}
          </div>
          <div class="rest">
            {traffic && <Numbers traffic={traffic} release={release} />}
            {verdict && traffic && <Verdict verdict={verdict} since={traffic.since} />}
            <ShareChart now={now} release={release} traffic={traffic} />
            {!isReadOnly && <Moves moves={moves} now={now} />}
          </div>
        </div>
      )}
    </>
  );
}

render(<Page />, document.body);
