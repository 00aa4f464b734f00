import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Slice } from "../../../../canary/judge/slice.ts";
import { trafficOf } from "../../../../canaryctl/src/report/traffic.ts";

const edges = [10, 25, 50];
const begin = new Date("2026-01-31T12:00:00Z");
const counts = fc.nat(50).chain((requests) => fc.nat(requests).map((bad) => ({ requests, bad })));
const slices = fc.array(
  fc.record({ seconds: fc.constantFrom(1, 5, 60, 0.3), stable: counts, canary: counts }) satisfies fc.Arbitrary<Slice>,
  { minLength: 1, maxLength: 300 },
);

test("stretches follow one another, are at most 48, and have each request once", () => {
  fc.assert(
    fc.property(slices, (all) => {
      const traffic = trafficOf(all, begin, edges);
      if (!traffic) throw new Error("there were slices");
      const { stretches } = traffic;
      expect(stretches.length).toBeLessThanOrEqual(48);
      for (const [index, { begin: from }] of stretches.entries())
        expect(from).toEqual(stretches[index - 1]?.end ?? begin);
      for (const side of ["stable", "canary"] as const) {
        for (const what of ["requests", "errors"] as const) {
          const sum = stretches.reduce((total, stretch) => total + stretch[side][what], 0);
          expect(sum).toBe(traffic.all[side][what]);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("what nobody counted is no number", () => {
  const none = { requests: 0, bad: 0 };
  expect(trafficOf([], begin, edges)).toBeUndefined();
  const silent = trafficOf([{ seconds: 5, stable: none, canary: none }], begin, edges)?.all.canary;
  expect(silent).toEqual({ requests: 0, errors: 0, errorRate: null, p95: null });
});

test.each([
  [[96, 96, 100], { lower: 0, upper: 10 }],
  [[90, 99, 100], { lower: 10, upper: 25 }],
  [[0, 0, 94], { lower: 50, upper: null }],
])("of 100 requests, %j within the edges, the 95th lies in its bucket", (within, bucket) => {
  const histogram = { requests: 100, within };
  const all = { requests: 100, bad: 0 };
  const slice: Slice = { seconds: 5, stable: all, canary: all, latency: { stable: histogram, canary: histogram } };
  expect(trafficOf([slice], begin, edges)?.all.stable.p95).toMatchObject(bucket);
});
