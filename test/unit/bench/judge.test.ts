import { describe, expect, test } from "@jest/globals";
import { simulate } from "../../../bench/judge/simulate.ts";
import { drawSecond, randomFrom, type Scenario } from "../../../bench/judge/traffic.ts";

const scenario: Scenario = { name: "x", rate: 300, share: 0.1, stable: 0.01, canary: 0.3 };

describe("simulated traffic", () => {
  test("has the rates that it was asked for, and is the same from the same seed", () => {
    const draw = () => {
      const random = randomFrom(1);
      return Array.from({ length: 2000 }, (_, second) => drawSecond(scenario, second, random));
    };
    const seconds = draw();
    const sum = (pick: (second: (typeof seconds)[number]) => number) =>
      seconds.reduce((all, each) => all + pick(each), 0);
    expect(sum(({ canary }) => canary.requests) / 2000 / 30).toBeCloseTo(1, 1);
    expect(sum(({ stable }) => stable.requests) / 2000 / 270).toBeCloseTo(1, 1);
    for (const side of ["stable", "canary"] as const) {
      const [requests, bad] = [sum((each) => each[side].requests), sum((each) => each[side].bad)];
      const deviation = Math.sqrt(scenario[side] * (1 - scenario[side]) * requests);
      expect(Math.abs(bad - scenario[side] * requests)).toBeLessThan(4 * deviation);
    }
    expect(draw()).toEqual(seconds);
  });
});

describe("simulated releases", () => {
  test("with 30 % errors are stopped by the judge long before the others, all of them", () => {
    const results = simulate(scenario, 5, 120);
    expect(results.judge?.failed).toBe(1);
    expect(results.judge?.medianFail).toBeLessThanOrEqual(4);
    expect(results["Flagger's shape, 1 miss"]).toMatchObject({ failed: 1, medianFail: 60 });
    expect(results["1 min every 15 s, second miss"]).toMatchObject({ failed: 1, medianFail: 75 });
    expect(results["Flagger's shape, 5 misses"]?.failed).toBe(0);
  });

  test("with the same outage on both sides are stopped by a limit, and not by the judge", () => {
    const outage = { ...scenario, canary: 0.002, stable: 0.002, shared: (second: number) => (second > 100 ? 0.2 : 0) };
    const results = simulate(outage, 3, 240);
    expect(results.judge?.failed).toBe(0);
    expect(results["1 min every 15 s, second miss"]?.failed).toBe(1);
  });
});
