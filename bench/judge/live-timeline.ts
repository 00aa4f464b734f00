import type { Outcome } from "../../apps/load-client/src/load-summary.ts";
import type { lookEvent } from "../../canaryctl/src/judged/judged-view.ts";
import type { Walked } from "../../canaryctl/src/judged/walk.ts";
import { isOfCanary, type Kind } from "./live-kinds.ts";

/** What came of one release. Seconds are absent where there was no bad answer, or what they end with did not come. */
export interface LiveRelease {
  /** Name of its kind. */
  readonly kind: string;
  /** When it began to be walked, in ISO 8601. */
  readonly at: string;
  /** `found`: rolled back by the judge after a bad answer; `false alarm`: without one. */
  readonly result: "found" | "false alarm" | "passed" | "no verdict";
  /** In the words of who walked the plan. */
  readonly reason: string;
  /** From the start of `promote --judge` to its end. */
  readonly seconds: number;
  /** Requests that the canary answered, or a proxy for it. */
  readonly canaryRequests: number;
  /** From the first bad answer to the look at which the judge failed the canary. */
  readonly toVerdict?: number;
  /** From the first bad answer to the last answer of the canary, of which there is none where it was not rolled back. */
  readonly toLastAnswer?: number;
  /** Requests that met the bad version, its first bad answer included. */
  readonly met?: number;
}

export type LookEvent = ReturnType<typeof lookEvent>;
type Ended = { readonly at: string; readonly reason: string; readonly ending: Walked["ending"] | "failed" };

/** What `promote --judge --json` has printed so far; other lines are left out. */
export function eventsOf(output: string): { readonly looks: readonly LookEvent[]; readonly ended: Ended | undefined } {
  const events = output.split("\n").flatMap(eventIn);
  return {
    looks: events.filter((event) => "verdict" in event),
    ended: events.find((event) => "ending" in event),
  };
}

function eventIn(line: string): readonly (LookEvent | Ended)[] {
  try {
    return line.startsWith("{") ? [JSON.parse(line)] : [];
  } catch {
    return []; // it is not whole yet
  }
}

interface Walk {
  /** Unix milliseconds. */
  readonly began: number;
  readonly seconds: number;
  /** Standard output of `promote --judge --json`. */
  readonly stdout: string;
  /** Unix milliseconds before which nothing was bad yet; undefined where the fault was never asked for. */
  readonly faultAsked: number | undefined;
  /** What became of each request, in the order in which they ended, by the clock of `began`. */
  readonly outcomes: readonly Outcome[];
}

export function releaseOf(kind: Kind, { began, seconds, stdout, faultAsked, outcomes }: Walk): LiveRelease {
  const { looks, ended } = eventsOf(stdout);
  const failed = looks.find(({ verdict }) => verdict === "fail");
  const { fault } = kind;
  const ofCanary = outcomes.filter(isOfCanary);
  const firstBad =
    fault && faultAsked !== undefined ? ofCanary.findIndex((one) => one.at >= faultAsked && fault.isBad(one)) : -1;
  const bad = firstBad < 0 ? [] : ofCanary.slice(firstBad);
  const first = bad[0]?.at;
  const after = (at: number | undefined) => (at === undefined || first === undefined ? undefined : (at - first) / 1000);
  const toVerdict = after(failed && Date.parse(failed.at));
  const isRolledBack = ended?.ending === "rolled back";
  const toLastAnswer = isRolledBack ? after(bad.at(-1)?.at) : undefined;
  return {
    kind: kind.name,
    at: new Date(began).toISOString(),
    result: resultOf(ended, failed, (toVerdict ?? -1) >= 0),
    reason: ended?.reason ?? "The command ended without a word.",
    seconds,
    canaryRequests: ofCanary.length,
    ...(toVerdict !== undefined && { toVerdict }),
    ...(toLastAnswer !== undefined && { toLastAnswer }),
    ...(first !== undefined && { met: bad.length }),
  };
}

function resultOf(ended: Ended | undefined, failed: LookEvent | undefined, wasBad: boolean): LiveRelease["result"] {
  if (failed) return wasBad ? "found" : "false alarm";
  return ended?.ending === "promoted" || ended?.ending === "waits for a person" ? "passed" : "no verdict";
}
