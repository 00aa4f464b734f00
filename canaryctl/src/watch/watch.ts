import { setTimeout as pause } from "node:timers/promises";
import { passingFaultMilliseconds } from "../../../canary/rollout/rollout-timeout.ts";
import { type Lab, reread } from "../lab.ts";
import { readStatus, type Status } from "../status.ts";
import type { Progress, ReleaseStrategy, Say } from "../strategies/strategy.ts";
import { patiently } from "../traffic/patiently.ts";

/** How a watch ended; `interrupted` by the user, while the release goes on. */
export type Ending = "finished" | "waiting" | "failed" | "interrupted";

export interface Watched {
  readonly status: Status;
  readonly ending: Ending;
}

/** How long the API server may be away, in seconds. */
const awaySeconds = 60;
const betweenLooksMilliseconds = 1000;

/**
 * Looks at a release until its controller has ended it, somebody has to decide, or the user has seen enough. Nothing is locked meanwhile.
 * Where people move the traffic, or a header does, no release ends by itself.
 *
 * @throws UserError where the cluster is away for longer than a minute
 */
export async function watchRelease(
  lab: Lab,
  strategy: ReleaseStrategy,
  show: (status: Status) => void,
  { say, signal }: { readonly say: Say; readonly signal: AbortSignal },
): Promise<Watched> {
  let faultSince: number | undefined;
  for (;;) {
    const now = reread(lab);
    const status = await patiently(lab.cluster, { seconds: awaySeconds, say }, () => readStatus(now, strategy));
    show(status);
    const ending = endingOf(status.release);
    faultSince = ending === "failed" ? (faultSince ?? Date.now()) : undefined;
    // The controller takes some faults back.
    const passing = passingFaultMilliseconds(status.release ?? { message: "" });
    const isPassing = faultSince !== undefined && Date.now() - faultSince < passing;
    if (ending && !isPassing) return { status, ending };
    if (signal.aborted) return { status, ending: "interrupted" };
    await pause(betweenLooksMilliseconds, undefined, { signal }).catch(() => {});
  }
}

/** Undefined while it goes on by itself, or by who moves the traffic. */
function endingOf(progress: Progress | null): Ending | undefined {
  if (progress?.phase === "Healthy") return "finished";
  if (progress?.waiting) return "waiting";
  return progress?.phase === "Degraded" ? "failed" : undefined;
}
