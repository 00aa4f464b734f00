import { start } from "../../test/e2e/support/command.ts";
import { canaryctl, canaryctlFile, liveWeight } from "../../test/e2e/support/lab.ts";
import { endLoads, startSteadyLoad } from "../../test/e2e/support/traffic.ts";
import { until } from "../../test/e2e/support/until.ts";
import { secondsOf } from "../sample.ts";
import { type Kind, patience, planOf } from "./live-kinds.ts";
import { eventsOf, type LiveRelease, releaseOf } from "./live-timeline.ts";

/** A command that has to succeed. @throws Error with its output */
export const must = async (...args: readonly string[]): Promise<number> => secondsOf(await canaryctl(...args));

/** Sends the traffic back where the canary has some. Without any, a rollback could bring back the release before. */
export async function withoutTraffic(): Promise<void> {
  if ((await liveWeight().catch(() => 0)) > 0) await must("rollback");
}

/** The canary has answered for so many seconds when its fault comes: longer than the judge's warm-up of latency. */
const healthySeconds = 12;

/** What a plan, its steps and the patience take together at most: less than a load lasts. */
const longestSeconds = 110;

/**
 * Makes one release: new pods, a load of 300 requests per second, and `promote --judge`. The traffic is at the stable side before and after
 * it.
 *
 * @param image of the canary: another one than that of the release before, so that its pods are new ones without a fault
 * @returns undefined where it was interrupted
 * @throws Error where a command fails that has no part in the verdict
 */
export async function makeRelease(kind: Kind, image: string, signal: AbortSignal): Promise<LiveRelease | undefined> {
  const { fault, stable } = kind;
  await must("create-canary", "--image", image);
  try {
    if (stable) await must("faults", "stable", ...stable);
    const atFirst = fault?.before ?? fault?.flags ?? [];
    if (atFirst.length > 0) await must("faults", "canary", ...atFirst);
    const load = await startSteadyLoad({ outcomes: true });
    if (signal.aborted) return undefined;
    const args = ["--json", "--patience", patience, "--plan", JSON.stringify(planOf(kind))];
    const promotion = start(canaryctlFile, ["promote", "--judge", ...args], {
      timeoutSeconds: longestSeconds,
      quiet: true,
    });
    const interrupt = () => process.kill(-promotion.pid, "SIGINT");
    signal.addEventListener("abort", interrupt);
    const finished = promotion.finished.finally(() => signal.removeEventListener("abort", interrupt));
    const faultAsked = fault && (fault.before ? await breakLater(fault.flags, promotion.output, finished) : 0);
    const { began, seconds, stdout } = await finished;
    const { outcomes = [] } = await load.stop();
    return signal.aborted ? undefined : releaseOf(kind, { began, seconds, stdout, faultAsked, outcomes });
  } finally {
    await endLoads();
    await withoutTraffic();
    if (stable) await must("faults", "stable", "--none");
  }
}

/** Breaks the canary once it has answered for a while. @returns when that was asked for; undefined where the release ended before */
async function breakLater(
  flags: readonly string[],
  output: () => string,
  finished: Promise<unknown>,
): Promise<number | undefined> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  finished.then(end, end);
  const isDue = () =>
    eventsOf(output()).looks.some(
      ({ wanted, secondsAtThisWeight }) => wanted.canary > 0 && secondsAtThisWeight >= healthySeconds,
    );
  await until("the canary has answered for a while", () => isOver || isDue(), {
    seconds: longestSeconds,
    everyMilliseconds: 200,
  });
  if (isOver) return undefined;
  const asked = Date.now();
  await must("faults", "canary", ...flags);
  return asked;
}
