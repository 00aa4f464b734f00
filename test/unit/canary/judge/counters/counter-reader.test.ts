import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { longestGapSeconds } from "../../../../../canary/judge/counters/caller.ts";
import { CounterReader } from "../../../../../canary/judge/counters/counter-reader.ts";
import type { Labels, Matrix, Series } from "../../../../../canary/judge/counters/matrix.ts";
import type { Slice } from "../../../../../canary/judge/slice.ts";
import { buckets, callerLabels, edges, requests, telemetry } from "./scraped.ts";

function slicesOf(counters: Matrix, durations: Matrix = []): readonly Slice[] {
  const reader = new CounterReader(telemetry, edges);
  reader.add(counters, durations);
  return reader.slices;
}

/** Slices as rows that a table can hold: seconds; requests and errors of stable and of canary. */
const rowsOf = (slices: readonly Slice[]) =>
  slices.map(({ seconds, stable, canary }) => [seconds, [stable.requests, stable.bad], [canary.requests, canary.bad]]);

const none = [0, 0];

describe("counters of one caller", () => {
  test("are slices of what they grew by, and what they had before counts for nothing", () => {
    const counters = [requests("v1", "200", [1000, 1010, 1030]), requests("v2", "503", [50, 51, 51])];
    expect(rowsOf(slicesOf(counters))).toEqual([
      [1, [10, 0], [1, 1]],
      [1, [20, 0], none],
    ]);
  });

  test("that appear later were 0 before: the first errors of a canary count", () => {
    const counters = [requests("v1", "200", [7, 8, 9]), requests("v2", "500", [undefined, 3, 4])];
    expect(rowsOf(slicesOf(counters))).toEqual([
      [1, [1, 0], [3, 3]],
      [1, [1, 0], [1, 1]],
    ]);
  });

  test("that went back say nothing of that reading, of either version, and go on from there", () => {
    // The good ones have passed their old value: their difference alone would say that the canary failed 9 of 100.
    const counters = [
      requests("v1", "200", [9000, 8000, 8010]),
      requests("v2", "200", [900, 991, 1001]),
      requests("v2", "500", [10, 9, 10]),
    ];
    expect(rowsOf(slicesOf(counters))).toEqual([
      [1, none, none],
      [1, [10, 0], [11, 1]],
    ]);
  });

  test("that were not read for a while are one longer slice, not zeros and not a restart", () => {
    const failed = [undefined, undefined];
    const counters = [requests("v1", "200", [5, ...failed, 35]), requests("v2", "500", [1, ...failed, 4])];
    expect(rowsOf(slicesOf(counters))).toEqual([[3, [30, 0], [3, 3]]]);
  });

  test(`that were not read for more than ${longestGapSeconds} s begin anew`, () => {
    const after = longestGapSeconds + 1;
    const jumped = (counter: Series): Series => ({
      ...counter,
      values: counter.values.map(([seconds, value], index) => [index === 0 ? seconds : seconds + after, value]),
    });
    const counters = [requests("v1", "200", [5, 90, 100]), requests("v2", "500", [1, 80, 81])].map(jumped);
    expect(rowsOf(slicesOf(counters))).toEqual([
      [after + 1, none, none],
      [1, [10, 0], [1, 1]],
    ]);
  });

  test("that are no numbers were not read", () => {
    const [stable, canary] = [requests("v1", "200", [5, 6, 7]), requests("v2", "500", [1, Number.NaN, 2])];
    expect(rowsOf(slicesOf([stable, canary]))).toEqual([
      [1, [1, 0], none],
      [1, [1, 0], [1, 1]],
    ]);
  });

  test("of a clock that went back are left out until it has caught up", () => {
    const reader = new CounterReader(telemetry, edges);
    reader.add([requests("v2", "500", [0, 1, 2])], []);
    reader.add([requests("v2", "500", [100, 200])], []);
    expect(rowsOf(reader.slices)).toEqual([
      [1, none, [1, 1]],
      [1, none, [1, 1]],
    ]);
  });

  test("of other versions count for neither side", () => {
    expect(rowsOf(slicesOf([requests("v3", "500", [0, 5]), requests("unknown", "503", [0, 5])]))).toEqual([
      [1, none, none],
    ]);
  });

  test("of gRPC fail by their own status", () => {
    const answer = (status: string) => {
      const counter = requests("v2", "200", [0, 5]);
      return { ...counter, metric: { ...counter.metric, grpc_response_status: status } };
    };
    expect(rowsOf(slicesOf(["0", "5", "14"].map(answer)))).toEqual([[1, none, [15, 5]]]);
  });
});

describe("several callers", () => {
  test("are added up, and one that comes or goes changes nothing of the others", () => {
    const [a, b] = [callerLabels("a"), callerLabels("b")];
    const counters = [
      requests("v1", "200", [0, 1, 2, 3], a),
      requests("v2", "200", [0, 2, 4, 6], a),
      requests("v1", "200", [undefined, 500, 510], b),
      requests("v2", "500", [undefined, 500, 520], b),
    ];
    expect(rowsOf(slicesOf(counters))).toEqual([
      [1, [1, 0], [2, 0]],
      [1, [11, 0], [22, 20]],
      [1, [1, 0], [2, 0]],
    ]);
  });

  test("that have the same address one after the other are two", () => {
    const counters = [
      requests("v2", "200", [0, 5], { ...callerLabels("a"), instance: "10.0.0.7:15090" }),
      requests("v2", "200", [undefined, undefined, 90, 91], { ...callerLabels("b"), instance: "10.0.0.7:15090" }),
    ];
    expect(rowsOf(slicesOf(counters))).toEqual([
      [1, none, [5, 0]],
      [1, none, none],
      [1, none, [1, 0]],
    ]);
  });

  test.each<Labels>([{ job: "kubernetes-pods", instance: "a:15020" }, { prometheus_replica: "prometheus-1" }])(
    "of whom one is scraped twice, as %j, count it once, in whichever order they come",
    (again) => {
      const twice = [callerLabels("a"), { ...callerLabels("a"), ...again }].map((caller) =>
        requests("v2", "500", [0, 5, 6], caller),
      );
      for (const counters of [twice, twice.toReversed()]) {
        expect(rowsOf(slicesOf(counters))).toEqual([
          [1, none, [5, 5]],
          [1, none, [1, 1]],
        ]);
      }
    },
  );
});

describe("latency", () => {
  const bothSides = [
    ...buckets("v1", [
      [0, 0, 0],
      [8, 9, 10],
    ]),
    ...buckets("v2", [
      [5, 5, 5],
      [6, 8, 9],
    ]),
  ];

  test("is a histogram of what was recorded since the reading before, whoever wrote the edges", () => {
    const [slice] = slicesOf([], bothSides);
    expect(slice?.latency).toEqual({
      stable: { requests: 10, within: [8, 9] },
      canary: { requests: 4, within: [1, 3] },
    });
  });

  test("is left out where a bucket that is asked for is missing, the first one too", () => {
    for (const le of ["25.0", "100", "+Inf"]) {
      const slices = slicesOf(
        [],
        bothSides.filter(({ metric }) => metric.le !== le),
      );
      expect(slices.map(({ latency }) => latency?.canary.requests ?? 0)).not.toContain(4);
    }
  });

  test("is left out of a reading in the middle of a change", () => {
    const torn = buckets("v2", [
      [0, 0, 0],
      [6, 5, 9],
      [8, 9, 10],
      [9, 10, 12],
    ]);
    expect(slicesOf([], torn).map(({ latency }) => latency?.canary)).toEqual([
      undefined,
      undefined,
      { requests: 2, within: [1, 1] },
    ]);
  });
});

describe("a range", () => {
  const reading = fc.option(fc.nat(5), { nil: undefined, freq: 4 });
  /** A counter that only rises, read now and then. */
  const counter = fc.array(reading, { minLength: 12, maxLength: 12 }).map((steps) => {
    let value = 0;
    return steps.map((step) => {
      value += step ?? 0;
      return step === undefined ? undefined : value;
    });
  });
  const counters = fc
    .tuple(counter, counter, counter, counter)
    .map(([first, second, third, fourth]) => [
      requests("v1", "200", first),
      requests("v2", "200", second),
      requests("v2", "500", third, callerLabels("b")),
      requests("v1", "500", fourth, callerLabels("b")),
    ]);

  test("gives the same slices however it is cut and in whichever order its series come", () => {
    fc.assert(
      fc.property(counters, fc.nat(12), (whole, cut) => {
        const part = (keep: (seconds: number) => boolean): Matrix =>
          whole
            .map((one) => ({ ...one, values: one.values.filter(([seconds]) => keep(seconds)) }))
            .filter(({ values }) => values.length > 0);
        const reader = new CounterReader(telemetry, edges);
        reader.add(
          part((seconds) => seconds < cut),
          [],
        );
        reader.add(
          part((seconds) => seconds >= cut),
          [],
        );
        expect(reader.slices).toEqual(slicesOf(whole));
        expect(slicesOf(whole.toReversed())).toEqual(slicesOf(whole));
      }),
    );
  });

  test("never counts more than the counters grew by, nor a request that failed without a request", () => {
    const value = fc.option(fc.double({ min: -10, max: 2e9 }), { nil: undefined });
    const anything = fc.array(value, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anything, anything, (good, bad) => {
        const slices = slicesOf([requests("v2", "200", good), requests("v2", "500", bad)]);
        for (const { seconds, canary } of slices) {
          expect(seconds).toBeGreaterThan(0);
          expect(canary.bad).toBeGreaterThanOrEqual(0);
          expect(canary.bad).toBeLessThanOrEqual(canary.requests);
        }
      }),
    );
  });
});
