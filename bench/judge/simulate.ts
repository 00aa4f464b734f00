import { rules } from "./rules.ts";
import { drawSecond, randomFrom, type Scenario } from "./traffic.ts";

/** What a rule made of many releases: the share that it stopped, and the median seconds to that. */
export interface Result {
  readonly failed: number;
  readonly medianFail: number | undefined;
  /** The share that passed at some moment, and the median seconds to the first of them. */
  readonly passed: number;
  readonly medianPass: number | undefined;
}

/** Runs every rule on the same traffic. */
export function simulate(scenario: Scenario, releases: number, seconds: number): Readonly<Record<string, Result>> {
  const names = Object.keys(rules);
  const fails = new Map(names.map((name) => [name, [] as number[]]));
  const passes = new Map(names.map((name) => [name, [] as number[]]));
  for (let release = 0; release < releases; release++) {
    const random = randomFrom(release + 1);
    const running = new Map(Object.entries(rules).map(([name, make]) => [name, make()]));
    const passed = new Set<string>();
    for (let second = 0; second < seconds && running.size > 0; second++) {
      const drawn = drawSecond(scenario, second, random);
      for (const [name, rule] of running) {
        const verdict = rule.add(drawn);
        if (verdict === "pass" && !passed.has(name)) passes.get(name)?.push(second + 1);
        if (verdict === "pass") passed.add(name);
        if (verdict === "fail") {
          fails.get(name)?.push(second + 1);
          running.delete(name);
        }
      }
    }
  }
  const result = (name: string): Result => ({
    failed: (fails.get(name)?.length ?? 0) / releases,
    medianFail: middle(fails.get(name) ?? []),
    passed: (passes.get(name)?.length ?? 0) / releases,
    medianPass: middle(passes.get(name) ?? []),
  });
  return Object.fromEntries(names.map((name) => [name, result(name)]));
}

const middle = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const scenario = (name: string, rest: Partial<Scenario>): Scenario => ({
  name,
  rate: 100,
  share: 0.1,
  stable: 0.005,
  canary: 0.005,
  ...rest,
});
const alike = (percent: number) => ({ stable: percent / 100, canary: percent / 100 });

/** Both sides are the same: whoever stops one of these was wrong. */
export const alikeScenarios: readonly Scenario[] = [
  scenario("both 0.2 %, 20 requests/s", { rate: 20, ...alike(0.2) }),
  scenario("both 0.5 %", {}),
  scenario("both 0.8 %", alike(0.8)),
  scenario("both 0.5 %, 1000 requests/s, half of them", { rate: 1000, share: 0.5 }),
  scenario("both 0.5 %, the load drifts", { load: (second) => 1 + 0.8 * Math.sin(second / 200) }),
  scenario("both 0.5 %, an outage fails 20 % of both for a minute", {
    shared: (second) => (second >= 600 && second < 660 ? 0.2 : 0),
  }),
  scenario("both 0.5 %, a restart fails half of both for 2 s every 5 min", {
    shared: (second) => (second % 300 < 2 ? 0.5 : 0),
  }),
  scenario("both 0.5 %, a sticky client fails 50 times in a second, once in 30 min", { burst: 1 / 1800 }),
];

/** The canary has so many percentage points more errors. */
export const worseScenarios: readonly Scenario[] = [
  ...[0.5, 1, 2, 5, 30].map((points) => scenario(`0.5 % and ${points} points more`, { canary: 0.005 + points / 100 })),
  ...[5, 20, 1000].map((rate) => scenario(`0.5 % and 5 points more, ${rate} requests/s`, { rate, canary: 0.055 })),
  ...[0.05, 0.5].map((share) => scenario(`0.5 % and 5 points more, ${100 * share} % canary`, { share, canary: 0.055 })),
  scenario("none and 1 %, 300 requests/s", { rate: 300, stable: 0, canary: 0.01 }),
  scenario("none and 5 %, 300 requests/s", { rate: 300, stable: 0, canary: 0.05 }),
  scenario("none and 30 %, 300 requests/s", { rate: 300, stable: 0, canary: 0.3 }),
];
