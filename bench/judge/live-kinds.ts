import type { Outcome } from "../../apps/load-client/src/load-summary.ts";

/** A release that is made again and again on the lab. */
export interface Kind {
  /** For the table, and to choose it on the command line. */
  readonly name: string;
  /** What makes it bad; absent where both sides are alike. */
  readonly fault?: Fault;
  /** Flags of `canaryctl faults stable`, where that side is not healthy either. */
  readonly stable?: readonly string[];
  /** Most seconds from the first bad answer to the canary's last answer, at the median; absent where none is promised. */
  readonly within?: number;
}

interface Fault {
  /** Flags of `canaryctl faults canary`. */
  readonly flags: readonly string[];
  /**
   * Flags of `canaryctl faults canary` before it gets traffic; none for a healthy one. The fault comes once the canary has been answering for a while; absent where
   * the canary is bad from its first answer on.
   */
  readonly before?: readonly string[];
  /** Whether an answer of the canary is a bad one. */
  readonly isBad: (outcome: Outcome) => boolean;
}

/** The version of the stable side: the tag of its image. */
export const stableVersion = "v1";

/** Whether the canary answered, or a proxy in its place: the stable side answers each request. */
export const isOfCanary = (outcome: Outcome): boolean => !("version" in outcome && outcome.version === stableVersion);

const isFailed = (outcome: Outcome): boolean => "error" in outcome || outcome.status >= 500;

const errors = (percent: number) => ({ flags: ["--error-rate", String(percent / 100)], isBad: isFailed });

/** Above the judge's floor of 20 ms. */
const usualLatency = 40;
const slow = (milliseconds: number) => ["--latency", String(milliseconds)];
const slower = (factor: number) => ({
  flags: slow(factor * usualLatency),
  isBad: (outcome: Outcome) => "status" in outcome && outcome.milliseconds >= factor * usualLatency,
});

export const alike: Kind = { name: "A/A" };

export const kinds: readonly Kind[] = [
  alike,
  { name: "errors 30 %", fault: { ...errors(30), before: [] }, within: 2.5 },
  { name: "errors 5 %", fault: { ...errors(5), before: [] }, within: 5 },
  { name: "errors 1 %", fault: { ...errors(1), before: [] }, within: 15 },
  { name: "latency 2x", stable: slow(usualLatency), fault: { ...slower(2), before: slow(usualLatency) }, within: 15 },
  { name: "latency 1.25x", stable: slow(usualLatency), fault: { ...slower(1.25), before: slow(usualLatency) } },
  { name: "crash", fault: { flags: ["--crash"], before: [], isBad: isFailed } },
  { name: "not ready", fault: { flags: ["--not-ready"], before: [], isBad: isFailed } },
  { name: "errors 30 %, from its first answer on", fault: errors(30) },
  { name: "latency 2x, from its first answer on", stable: slow(usualLatency), fault: slower(2) },
];

/** Healthy canaries are stopped at the last step, which a person leaves: how a release is finished is not the judge's. */
const steps = (bake: string, ...weights: readonly number[]) => ({
  steps: [...weights.map((weight) => ({ weight, bake })), { weight: 50, pause: true }],
});

/** The plan that a kind is walked by. A bad canary is kept at 10 % for as long as it may take to find it. */
export const planOf = ({ fault }: Kind) => (fault ? steps("45s", 10) : steps("10s", 10, 30));

/** How long a step waits for a verdict after its bake time. */
export const patience = "30s";
