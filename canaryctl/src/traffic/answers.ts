import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import type { Side } from "../../../canary/judge/counters/telemetry.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { countedRelease } from "../../../stacks/live/counted-release.ts";
import type { AskProxy } from "../../../stacks/live/proxies/pod-access.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import type { CanaryPods, Outcome } from "./pod-answers.ts";
import { type ReadSides, type SideCounter, sidesByPod, sidesBySubset } from "./side-counters.ts";

/** A number of requests for each side. */
export type Answers = Readonly<Record<Side, number>>;

/** What came of a load, by the client and by its proxy. */
export interface CountedLoad {
  readonly load: LoadSummary;
  /** Answers below 500. */
  readonly answers: Answers;
  /** Answers from 500 on, and those that the proxy made up for want of one. */
  readonly failures: Answers;
}

/** What is counted: of which release, and by what its sides are told apart. */
export interface Counted {
  readonly config: LabConfig;
  readonly cluster: Pick<ClusterClient, "get">;
  readonly canaryPods?: CanaryPods;
  /** The share that the canary should get. */
  readonly expected?: Share | undefined;
}

/** Who answers the requests that `send` sends from the client's pod, as its sidecar counts: whatever image answers. */
export async function countAnswers(
  ask: AskProxy,
  counted: Counted,
  send: () => Promise<LoadSummary>,
): Promise<CountedLoad> {
  const read = readerOf(ask, counted);
  const before = new Map((await read()).map(({ id, count }) => [id, count]));
  const load = await send();
  const after = await read();
  const sum = (outcome: Outcome) => ({
    stable: grown(before, after, "stable", outcome),
    canary: grown(before, after, "canary", outcome),
  });
  const answers = sum("answered");
  return { load, answers: isRehearsal(counted) ? withoutCopies(answers, load) : answers, failures: sum("failed") };
}

/**
 * What of the answers that were counted the client has not got, for something else has sent their requests from its pod; and what it got
 * that was counted for neither side.
 */
export function unbalanced(
  answered: number,
  { sent, failed }: Pick<LoadSummary, "sent" | "failed">,
): { readonly others: number; readonly untold: number } {
  const beyond = answered - (sent - failed);
  return { others: Math.max(0, beyond), untold: Math.max(0, -beyond) };
}

function readerOf(ask: AskProxy, { config, cluster, canaryPods }: Counted): ReadSides {
  const release = countedRelease(config);
  return release ? sidesBySubset(ask, release) : sidesByPod(ask, cluster, config, canaryPods);
}

/** A counter that went back has begun anew, from 0: its proxy has got to know the pod once more. */
function grown(
  before: ReadonlyMap<string, number>,
  after: readonly SideCounter[],
  side: Side,
  outcome: Outcome,
): number {
  const growths = after
    .filter((counter) => counter.side === side && counter.outcome === outcome)
    .map(({ id, count }) => (count >= (before.get(id) ?? 0) ? count - (before.get(id) ?? 0) : count));
  return growths.reduce((total, growth) => total + growth, 0);
}

/** Whether a canary may get copies: until it has a share. From then on more answers than requests are those of another load. */
const isRehearsal = ({ config: { strategy, rolloutCanary }, expected }: Counted): boolean =>
  strategy === "rollout-canary" && rolloutCanary.mirrorPercent > 0 && expected?.canary === 0;

/**
 * Answers without those to the copies of requests that a canary gets beside its own: the proxy counts them, and the client gets none. What
 * is more than the client got are copies.
 */
function withoutCopies({ stable, canary }: Answers, load: LoadSummary): Answers {
  return { stable, canary: Math.max(0, canary - unbalanced(stable + canary, load).others) };
}
