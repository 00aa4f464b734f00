import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { rateInterval } from "../../../canary/rate-interval.ts";

// R 4.4, binom.test(bad, requests)$conf.int
test.each([
  [0, 10, 0, 0.3084971],
  [1, 10, 0.002528579, 0.4450161],
  [5, 100, 0.01643188, 0.1128349],
  [10, 10, 0.6915029, 1],
])("%i of %i has the bounds that R gives", (bad, requests, lower, upper) => {
  const interval = rateInterval(bad, requests, 0.95);
  expect(interval?.lower).toBeCloseTo(lower, 6);
  expect(interval?.upper).toBeCloseTo(upper, 6);
});

test("holds the rate, is narrower with less confidence, and mirrors good and bad", () => {
  const counted = fc
    .integer({ min: 1, max: 100_000 })
    .chain((requests) => fc.tuple(fc.nat(requests), fc.constant(requests)));
  fc.assert(
    fc.property(counted, ([bad, requests]) => {
      const [wide, narrow, other] = [
        rateInterval(bad, requests, 0.99),
        rateInterval(bad, requests, 0.9),
        rateInterval(requests - bad, requests, 0.99),
      ];
      if (!wide || !narrow || !other) throw new Error("there were requests");
      expect(wide.lower).toBeLessThanOrEqual(narrow.lower);
      expect(narrow.lower).toBeLessThanOrEqual(narrow.rate);
      expect(narrow.rate).toBeLessThanOrEqual(narrow.upper);
      expect(narrow.upper).toBeLessThanOrEqual(wide.upper);
      expect(wide.lower).toBeCloseTo(1 - other.upper, 9);
    }),
    { numRuns: 50 },
  );
});

test("no requests have no rate, and no count is taken for one", () => {
  expect(rateInterval(0, 0, 0.95)).toBeUndefined();
  expect(() => rateInterval(3, 2, 0.95)).toThrow("bad is 3: allowed are integers from 0 to 2.");
  expect(() => rateInterval(1, 2, 1)).toThrow("confidence is 1");
});
