import type { Act } from "../acts.ts";
import type { ActView, Snapshot } from "../snapshot.ts";
import { Slider } from "./slider.tsx";
import { offersOf, oneOfSeveral, spoken } from "./view.ts";

interface ControlsProps {
  readonly snapshot: Snapshot & { readonly release: NonNullable<Snapshot["release"]> };
  readonly act: (act: Act) => void;
  /** A text of the server that refused to begin an act. */
  readonly refusal: string | undefined;
}

/** What moves the traffic, and what came of it. */
export function Controls({ snapshot, act, refusal }: ControlsProps) {
  const { release, traffic, acts } = snapshot;
  const { has, weight, next } = offersOf(release);
  const one = oneOfSeveral(snapshot);
  const button = (name: "promote" | "abort" | "retry", text: string) =>
    has(name) && (
      <button type="button" onClick={() => act({ name })}>
        {text}
      </button>
    );
  return (
    <section class="card controls" aria-labelledby="controls">
      <h2 id="controls">Move the traffic{one === undefined ? "" : ` of ${one}`}</h2>
      {has("set-traffic") ? (
        <Slider
          weight={weight}
          plan={release.plan}
          seen={traffic?.seen ?? null}
          move={(canary) => act({ name: "set-traffic", canary })}
        />
      ) : (
        <p class="soft mover">The traffic is moved by {release.mover}.</p>
      )}
      <div class="buttons">
        {button("promote", next === undefined ? "Promote" : `Promote to ${next} %`)}
        {button("abort", "Abort")}
        {button("retry", "Retry")}
      </div>
      <Outcomes acts={acts} refusal={refusal} />
    </section>
  );
}

/** The last commands of this page, and what they said. */
export function Outcomes({
  acts,
  refusal,
}: {
  readonly acts: readonly ActView[];
  readonly refusal: string | undefined;
}) {
  const [last] = acts;
  return (
    <div class="outcomes">
      <p class="spoken" role="status">
        {last ? spoken(last) : ""}
      </p>
      {refusal !== undefined && (
        <pre class="refused" role="alert">
          {refusal}
        </pre>
      )}
      <ol>
        {acts.slice(0, 3).map(({ id, command, state, output }) => (
          <li key={id} class={state}>
            <p>
              <span class="state" aria-hidden="true">
                {marks[state]}
              </span>
              <code>{command}</code> <span class="soft">{words[state]}</span>
            </p>
            {output !== "" && (
              <pre class={state === "failed" ? "refused" : ""}>{state === "running" ? lastLine(output) : output}</pre>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

const marks: Readonly<Record<ActView["state"], string>> = { running: "…", done: "✓", failed: "✕" };
const words: Readonly<Record<ActView["state"], string>> = {
  running: "runs",
  done: "done",
  failed: "refused or failed",
};

const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);
