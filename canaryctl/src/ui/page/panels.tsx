import { evidencePart } from "../../../../canary/judge/evidence-part.ts";
import { evidenceText } from "../../../../canary/judge/evidence-text.ts";
import type { SideCounts } from "../../report/traffic.ts";
import { countText, millisecondsText, percentText, short } from "../../report/words.ts";
import type { EvidenceView, MoveView, ReleaseView, TrafficView, VerdictView } from "../snapshot.ts";
import { agoText, stageAt } from "./view.ts";

const sides = ["stable", "canary"] as const;

/** Error rate and p95 of both versions. */
export function Numbers({ traffic, release }: { readonly traffic: TrafficView; readonly release: ReleaseView }) {
  return (
    <section class="card" aria-labelledby="numbers">
      <h2 id="numbers">Seen in the last minute</h2>
      <table>
        <caption class="soft">With exact 95 % intervals, and the bucket of the 95th percentile</caption>
        <thead>
          <tr>
            <th scope="col">version</th>
            <th scope="col">requests</th>
            <th scope="col">error rate</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          {sides.map((side) => (
            <tr key={side}>
              <th scope="row" class={side}>
                {release.images[side] ?? side}
              </th>
              <td>{countText(traffic[side].requests)}</td>
              <td>
                <RateText {...traffic[side]} />
              </td>
              <td>
                <LatencyText {...traffic[side]} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const RateText = ({ errorRate }: SideCounts) =>
  errorRate ? (
    <>
      <b>{percentText(errorRate.rate)}</b>
      <span class="interval">
        {short(100 * errorRate.lower)} to {percentText(errorRate.upper)}
      </span>
    </>
  ) : (
    <>–</>
  );

const LatencyText = ({ p95 }: SideCounts) =>
  p95 ? (
    <>
      <b>{millisecondsText(p95.estimate)}</b>
      <span class="interval">
        {p95.upper === null
          ? `above ${millisecondsText(p95.lower)}`
          : `${short(p95.lower)} to ${millisecondsText(p95.upper)}`}
      </span>
    </>
  ) : (
    <>–</>
  );

const badges = { pass: "pass", fail: "fail", inconclusive: "no verdict" } as const;

/** What the judge says, and how far its evidence is. */
export function Verdict({ verdict, since }: { readonly verdict: VerdictView; readonly since: string }) {
  return (
    <section class="card" aria-labelledby="verdict">
      <h2 id="verdict">
        The judge <span class={`badge ${verdict.verdict}`}>{badges[verdict.verdict]}</span>
      </h2>
      <p>{verdict.reason}</p>
      {(["worse", "good enough"] as const).map((says) => (
        <Evidence key={says} says={says} evidence={verdict.evidence.filter((each) => each.says === says)} />
      ))}
      <p class="soft small">
        Of what was counted since {new Date(since).toLocaleTimeString()}. It only shows: promote --judge acts.
      </p>
    </section>
  );
}

function Evidence({ says, evidence }: { readonly says: string; readonly evidence: readonly EvidenceView[] }) {
  return (
    <dl class="evidence">
      {evidence.map(({ name, evidence: value, bound }) => {
        const part = value === null ? 1 : evidencePart(value, bound);
        return (
          <div key={name}>
            <dt>
              {says}: {name}
            </dt>
            <dd>
              {value === null ? "∞" : evidenceText(value, bound)} of {short(bound)}
            </dd>
            <dd class={`bar ${says === "worse" ? "fail" : "pass"}`} aria-hidden="true">
              <i style={{ width: `${(100 * part).toFixed(1)}%` }} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The plan, and where the release is in it. */
export function Plan({ release, now }: { readonly release: ReleaseView; readonly now: number }) {
  const { plan, live, routeSince, progress } = release;
  const at = stageAt(plan, live?.canary ?? 0);
  return (
    <section class="card" aria-labelledby="plan">
      <h2 id="plan">Plan</h2>
      {progress !== null && <p class="plan-line">{progress}</p>}
      <ol class="plan">
        {plan.map(({ weight, bake }, index) => (
          <li
            key={weight}
            class={index <= at ? "reached" : ""}
            {...(index === at && { "aria-current": "step" as const })}
          >
            <b>{weight} %</b>
            <span class="soft">
              {index === at && routeSince
                ? `for ${agoText(routeSince, now)}${bake ? ` of ${bake}` : ""}`
                : (bake ?? "")}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The pods of each version; a full square is one that serves. */
export function Pods({ workloads }: Pick<ReleaseView, "workloads">) {
  return (
    <section class="card" aria-labelledby="pods">
      <h2 id="pods">Pods</h2>
      <ul class="pods">
        {workloads.map(({ name, version, role, ready, wanted }) => (
          <li key={name} class={role === "canary" || role === "preview" ? "canary" : "stable"}>
            <span>
              <b>{version}</b> <span class="soft">{role ?? name}</span>
            </span>
            <span class="squares" aria-hidden="true">
              {Array.from({ length: Math.min(40, Math.max(ready, wanted)) }, (_, index) => (
                <i key={index} class={index < ready ? "ready" : ""} />
              ))}
            </span>
            <span>
              {ready} of {wanted} ready
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was moved, by whom and why. */
export function Moves({ moves, now }: { readonly moves: readonly MoveView[]; readonly now: number }) {
  return (
    <section class="card moves" aria-labelledby="moves">
      <h2 id="moves">Events</h2>
      {moves.length === 0 && <p class="soft">Nothing has been released or moved yet.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it, as axe says, too */}
      <ol tabIndex={0} aria-labelledby="moves">
        {moves.map(({ at, who, command, from, to, why, failed }) => (
          <li key={`${at} ${command}`}>
            <p>
              <b>
                {from} → {to}
              </b>{" "}
              <time class="soft" dateTime={at} title={at}>
                {agoText(at, now)} ago
              </time>
            </p>
            <p class="small">
              <code>{command}</code> <span class="soft">by {who}</span>
            </p>
            {why !== null && <p class="small soft">{why}</p>}
            {failed !== null && <p class="small fail">failed: {failed}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
