import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { conclude, lastRelease, presentSeconds } from "../../../../canary/judge/conclusion.ts";
import { judgeConfig } from "../../../../canary/judge/config.ts";
import { CounterReader } from "../../../../canary/judge/counters/counter-reader.ts";
import type { Series } from "../../../../canary/judge/counters/matrix.ts";
import { telemetryOf } from "../../../../canary/judge/counters/telemetry.ts";
import { evidenceText } from "../../../../canary/judge/evidence-text.ts";
import type { Slice } from "../../../../canary/judge/slice.ts";
import { callerLabels, release, series } from "./counters/scraped.ts";

const slice = (canaryRequests: number, canaryBad: number, stableRequests = 100): Slice => ({
  seconds: 1,
  stable: { requests: stableRequests, bad: 0 },
  canary: { requests: canaryRequests, bad: canaryBad },
});

const times = (count: number, one: Slice): readonly Slice[] => Array.from({ length: count }, () => one);

const errorsOnly = (slices: readonly Slice[]) => conclude(slices, {}, false);

describe("a conclusion", () => {
  test("fails a canary that fails, and says by which numbers", () => {
    const { verdict, reason } = errorsOnly(times(20, slice(10, 3)));
    expect(verdict).toBe("fail");
    expect(reason).toMatch(
      /^The canary is worse by its errors: 60 of 200 requests failed, of stable 0 of 2000; evidence .* bound 200[.]$/,
    );
  });

  test("stays a fail when the failed canary is called no more", () => {
    const gone = times(presentSeconds + 1, slice(0, 0));
    expect(errorsOnly([...times(20, slice(10, 3)), ...gone]).verdict).toBe("fail");
  });

  test("passes a canary without errors, and says by which numbers", () => {
    expect(errorsOnly(times(40, slice(10, 0)))).toMatchObject({
      verdict: "pass",
      reason: expect.stringMatching(/^The canary is good enough: 0 of 400 requests failed; evidence .*, bound 20[.]$/),
    });
  });

  test("does not write out large evidence", () => {
    expect(errorsOnly(times(600, slice(10, 0))).reason).toMatch(/evidence over 1000, bound 20[.]$/);
    expect([1000, 1001, 4001].map((evidence) => evidenceText(evidence, 20))).toEqual([
      "1000",
      "over 1000",
      "over 1000",
    ]);
    expect([3999, 4001].map((evidence) => evidenceText(evidence, 4000))).toEqual(["4000", "over 4000"]);
  });

  test("says how much traffic is missing", () => {
    expect(errorsOnly(times(10, slice(10, 0)))).toMatchObject({
      verdict: "inconclusive",
      reason: "Not enough traffic: a pass needs 199 more requests to the canary, 20 s at the present rate.",
    });
  });

  test("says what keeps it from a pass that is not in sight", () => {
    expect(errorsOnly([slice(10, 1), ...times(5, slice(10, 0))])).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(
        /^Not enough traffic for a pass by its errors: 1 of 60 requests failed, of stable 0 of 600; evidence [\d.]+, bound 20[.]$/,
      ),
    });
    // Of 400 requests none failed; 8 % of the canary's took longer than 250 ms, 4 % of stable's.
    const within = (count: number, share: number) =>
      judgeConfig().latency.edges.map((edge) => (edge < 250 ? count * (1 - share) : count));
    const latency = {
      stable: { requests: 100, within: within(100, 0.04) },
      canary: { requests: 50, within: within(50, 0.08) },
    };
    const slower = { seconds: 1, stable: { requests: 100, bad: 0 }, canary: { requests: 50, bad: 0 }, latency };
    expect(conclude(times(8, slower), {}, true)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(
        /^Not enough traffic for a pass by its latency: p95 \d+ ms, stable [\d.]+ ms; evidence [\d.]+, bound 20[.]$/,
      ),
    });
  });

  test("is none without any reading, without a canary and without a stable version", () => {
    const reasonOf = (slices: readonly Slice[]) => {
      const { verdict, reason } = errorsOnly(slices);
      return `${verdict}: ${reason}`;
    };
    expect(reasonOf([])).toBe("inconclusive: No request to the canary version was counted.");
    expect(reasonOf(times(900, slice(0, 0)))).toBe("inconclusive: No request to the canary version was counted.");
    expect(reasonOf(times(900, slice(9, 0, 0)))).toBe("inconclusive: No request to the stable version was counted.");
    expect(reasonOf(times(900, slice(9, 9, 0)))).toBe("inconclusive: No request to the stable version was counted.");
  });

  test("is no pass where the canary is called no more, or is read no more", () => {
    const good = times(40, slice(10, 0));
    expect(errorsOnly([...good, ...times(presentSeconds - 1, slice(0, 0))]).verdict).toBe("pass");
    expect(errorsOnly([...good, ...times(presentSeconds, slice(0, 0))])).toMatchObject({
      verdict: "inconclusive",
      reason: `No request to the canary was counted within the last ${presentSeconds} s.`,
    });
  });

  test("is no pass without the latency that it needs", () => {
    expect(conclude(times(40, slice(10, 0)), {}, true)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/^How long requests to the canary and the stable version take is not known: /),
    });
  });
});

describe("without a time of its beginning a release", () => {
  const pause = (seconds: number) => ({ ...slice(0, 0), seconds });
  const [before, during] = [slice(5, 5), slice(7, 0)];
  const last = (...slices: Slice[]) => lastRelease(slices, presentSeconds);

  test("begins with the canary's first request after a pause", () => {
    const short = pause(presentSeconds - 1);
    expect(last(pause(9), before, pause(presentSeconds), during, short, during)).toEqual([during, short, during]);
    expect(last(pause(9), during)).toEqual([during]);
  });

  test("is over where the canary is called no more: its repetition is not judged by it", () => {
    expect(last(before, pause(presentSeconds - 1))).toEqual([before, pause(presentSeconds - 1)]);
    expect(last(before, pause(presentSeconds))).toEqual([]);
    expect(last(pause(9))).toEqual([]);
  });

  /** One second without a request to the canary. */
  const stableOnly = (requests: number): Slice => ({ ...slice(0, 0), stable: { requests, bad: 0 } });
  const shared = (stable: number, canary: number): Slice => ({
    ...stableOnly(stable),
    canary: { requests: canary, bad: 0 },
  });

  test("is over at once where the stable side gets more requests in a row than chance gives it", () => {
    const release = times(10, shared(210, 90)); // 30 %: the chance of 40 in a row is 6e-7, of 80 4e-13
    expect(last(...release, stableOnly(40), during)).toHaveLength(12);
    expect(last(...release, stableOnly(80))).toEqual([]);
    expect(last(...release, stableOnly(80), during)).toEqual([during]);
  });

  test("is not over where little was seen of the canary's share", () => {
    expect(last(shared(99, 1), stableOnly(1000), shared(99, 1))).toHaveLength(3);
    expect(last(shared(1, 1), stableOnly(1000), shared(99, 1))).toHaveLength(3);
  });
});

describe("counters that are read badly", () => {
  const { edges } = judgeConfig().latency;
  const telemetry = telemetryOf(release, edges);
  const versions = { v1: 90, v2: 10 };

  /** Counters of a release in which both versions fail alike: 1 of 100 requests; a reading each second. */
  function healthy(seconds: number): Series[] {
    return Object.entries(versions).flatMap(([destination_version, rate]) =>
      [
        { response_code: "200", each: rate * 0.99 },
        { response_code: "500", each: rate * 0.01 },
      ].map(({ response_code, each }) =>
        series(
          { ...callerLabels("a"), destination_version, response_code },
          Array.from({ length: seconds }, (_, second) => Math.floor(each * (second + 5))),
        ),
      ),
    );
  }

  const verdictOf = (counters: readonly Series[]) => {
    const reader = new CounterReader(telemetry, edges);
    reader.add(counters, []);
    return conclude(reader.slices, {}, false).verdict;
  };

  test("by restarts and failed readings at any time fail no healthy canary", () => {
    const faults = fc.array(fc.record({ at: fc.nat(299), lost: fc.nat(40), restarts: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(faults, (all) => {
        const faulty = healthy(300).map(({ metric, values }) => {
          let zero = 0;
          return {
            metric,
            values: values.flatMap(([seconds, value]): (typeof values)[number][] => {
              if (all.some(({ at, restarts }) => restarts && at === seconds)) zero = Number(value);
              if (all.some(({ at, lost }) => seconds >= at && seconds < at + lost)) return [];
              return [[seconds, String(Number(value) - zero)]];
            }),
          };
        });
        expect(verdictOf(faulty)).not.toBe("fail");
      }),
      { numRuns: 10 },
    );
  });

  test("are found to be bad where nothing is wrong with the reading", () => {
    const bad = healthy(300).map((one) =>
      one.metric.destination_version === "v2" && one.metric.response_code === "500"
        ? { ...one, values: one.values.map(([seconds, value]) => [seconds, `${Number(value) + 3 * seconds}`] as const) }
        : one,
    );
    expect(verdictOf(bad)).toBe("fail");
  });
});

// Half of it on a quiet machine; others' work takes the caches, and costs twice the processor time.
test("an hour of readings, one each second, is judged within 50 ms of processor time, and read within 300", () => {
  const { stdout } = spawnSync(process.execPath, ["--no-warnings", join(import.meta.dirname, "hour.ts")], {
    encoding: "utf8",
  });
  const { slices, readMilliseconds, verdictMilliseconds } = JSON.parse(stdout);
  expect(slices).toBe(3600);
  expect(verdictMilliseconds).toBeLessThan(50);
  expect(readMilliseconds).toBeLessThan(300);
});
