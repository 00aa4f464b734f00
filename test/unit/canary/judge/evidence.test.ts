import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Table } from "../../../../canary/judge/counts.ts";
import { Difference, timesWorse } from "../../../../canary/judge/difference.ts";
import { logLikelihoods } from "../../../../canary/judge/hypergeometric.ts";
import { ObjectiveTest } from "../../../../canary/judge/objective-test.ts";
import { OddsGrid } from "../../../../canary/judge/odds-grid.ts";

const limits = { tolerance: 1.1, worse: 2, floorPoints: 0 };
const table = (nc: number, ec: number, ns: number, es: number): Table => ({
  canary: { requests: nc, bad: ec },
  stable: { requests: ns, bad: es },
});

/** Each table with these margins, and its chance at an odds ratio. */
function outcomes(nc: number, ns: number, bad: number, odds: number): readonly { table: Table; chance: number }[] {
  const all: { table: Table; chance: number }[] = [];
  for (let u = Math.max(0, bad - ns); u <= Math.min(bad, nc); u++) {
    const logs = new Float64Array(1);
    const each = table(nc, u, ns, bad - u);
    logLikelihoods(each, new OddsGrid(Float64Array.of(Math.log(odds))), logs);
    all.push({ table: each, chance: Math.exp(logs[0] ?? Number.NaN) });
  }
  return all;
}

const margins = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([nc, ns]) => fc.tuple(fc.constant(nc), fc.constant(ns), fc.integer({ min: 1, max: nc + ns - 1 })));

function meanOver(
  slices: readonly (readonly [number, number, number])[],
  odds: number,
  cut: number,
  value: (test: Difference) => number,
): number {
  const sum = (index: number, seen: readonly Table[]): number => {
    const slice = slices[index];
    if (slice)
      return outcomes(...slice, odds).reduce(
        (all, { table, chance }) => all + chance * sum(index + 1, [...seen, table]),
        0,
      );
    const difference = new Difference(limits, cut);
    for (const each of seen) difference.add(each);
    return value(difference);
  };
  return sum(0, []);
}

describe("a difference", () => {
  test("has evidence whose mean is at most 1 while the canary is within the tolerance, cut or not", () => {
    fc.assert(
      fc.property(
        fc.array(margins, { minLength: 1, maxLength: 2 }),
        fc.double({ min: 0.1, max: limits.tolerance, noNaN: true }),
        fc.constantFrom(2, 20, Number.POSITIVE_INFINITY),
        (slices, odds, cut) => {
          expect(meanOver(slices, odds, cut, ({ worse }) => worse)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("has a mean of exactly 1 at the tolerance without a cut: nothing of the stake is lost", () => {
    const mean = meanOver(
      [
        [7, 9, 5],
        [3, 11, 4],
      ],
      limits.tolerance,
      Number.POSITIVE_INFINITY,
      ({ worse }) => worse,
    );
    expect(mean).toBeCloseTo(1, 10);
  });

  test("has proof whose mean is at most 1 while the canary is at the worse factor or beyond", () => {
    fc.assert(
      fc.property(
        fc.array(margins, { minLength: 1, maxLength: 2 }),
        fc.double({ min: limits.worse, max: 50, noNaN: true }),
        (slices, odds) => {
          expect(meanOver(slices, odds, 20, ({ goodEnough }) => goodEnough)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("has the evidence of the formula after one slice", () => {
    // m = 1: the canary has it with psi nc / (psi nc + ns).
    const share = (psi: number) => (psi * 30) / (psi * 30 + 270);
    const factors = timesWorse.map((times) => share(1.1 * times) / share(1.1));
    const started = 0.75 + 0.25 * (1 - 1 / Math.log2(3)); // of the stake
    const expected = (started * factors.reduce((sum, each) => sum + each, 0)) / factors.length + 1 - started;
    const difference = new Difference(limits, 20);
    difference.add(table(30, 1, 270, 0));
    expect(difference.worse).toBeCloseTo(expected, 10);
  });

  const tables = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }))
    .chain(([nc, ns]) =>
      fc.record({
        nc: fc.constant(nc),
        ec: fc.integer({ min: 0, max: nc }),
        ns: fc.constant(ns),
        es: fc.integer({ min: 0, max: ns }),
      }),
    )
    .map(({ nc, ec, ns, es }) => table(nc, ec, ns, es));
  const summed = (slices: readonly Table[]) => {
    const difference = new Difference(limits, 20);
    for (const slice of slices) difference.add(slice);
    return difference;
  };

  test("proves the same in any order of the slices", () => {
    fc.assert(
      fc.property(fc.array(tables, { maxLength: 12 }), (slices) => {
        const [there, back] = [summed(slices).goodEnough, summed([...slices].reverse()).goodEnough];
        expect(Math.abs(there - back)).toBeLessThanOrEqual(1e-9 * there);
      }),
    );
  });

  test("is not moved by slices in which a side had no request, or no request was bad, or each was", () => {
    const mute = fc.constantFrom(
      table(0, 0, 30, 3),
      table(30, 3, 0, 0),
      table(30, 0, 30, 0),
      table(5, 5, 9, 9),
      table(0, 0, 0, 0),
    );
    fc.assert(
      fc.property(fc.array(tables, { maxLength: 8 }), mute, fc.nat(8), (slices, silent, at) => {
        const [plain, mixed] = [summed(slices), summed([...slices.slice(0, at), silent, ...slices.slice(at)])];
        expect(mixed.worse).toBe(plain.worse);
        expect(mixed.goodEnough).toBe(plain.goodEnough);
      }),
    );
  });

  test("is blind to an outage that takes the same share of both sides", () => {
    const outage = summed(Array.from({ length: 60 }, () => table(30, 6, 270, 54)));
    expect(outage.worse).toBeLessThan(1);
  });

  test("gains at most the cut from one slice, whatever happened in it", () => {
    expect(summed([table(1000, 1000, 9000, 0)]).worse).toBeLessThanOrEqual(20);
    expect(summed([table(1000, 1000, 9000, 0), table(1000, 1000, 9000, 0)]).worse).toBeGreaterThan(200);
  });

  test("sees within seconds that a canary which was well for an hour is not any more", () => {
    const well = Array.from({ length: 3600 }, (_, second) =>
      table(30, second % 7 === 0 ? 1 : 0, 270, second % 3 ? 1 : 2),
    );
    const difference = summed(well);
    expect(difference.worse).toBeLessThan(0.1);
    for (let second = 0; second < 8; second++) difference.add(table(30, 9, 270, 1));
    expect(difference.worse).toBeGreaterThan(200);
    expect(difference.excessPoints).toBeGreaterThan(20);
  });

  test("is a number from 1 to 1e9 requests, with all bad, and after a thousand such slices", () => {
    for (const nc of [1, 1e6, 1e9])
      for (const ns of [1, 1e6, 1e9])
        for (const [ec, es] of [
          [0, ns],
          [nc, 0],
          [nc, ns - 1],
          [Math.ceil(nc / 2), 1],
        ] as const) {
          const difference = new Difference({ tolerance: 999, worse: 1000, floorPoints: 0 }, Number.POSITIVE_INFINITY);
          for (let slice = 0; slice < (nc * ns > 1e9 ? 3 : 1000); slice++) difference.add(table(nc, ec, ns, es));
          for (const value of [difference.worse, difference.goodEnough, difference.excessPoints])
            expect(Number.isFinite(value)).toBe(true);
        }
  });
});

describe("an objective", () => {
  test("is passed without any error with the request that makes it true: 0.99^299 is the first below 0.05", () => {
    const objective = new ObjectiveTest(0.01, 20);
    objective.add({ requests: 298, bad: 0 });
    expect(objective.goodEnough).toBeLessThan(20);
    objective.add({ requests: 1, bad: 0 });
    expect(objective.goodEnough).toBeGreaterThanOrEqual(20);
    expect(0.99 ** 298).toBeGreaterThan(0.05);
  });

  test("has evidence and proof whose means are at most 1 where they must be", () => {
    const mean = (rate: number, value: (test: ObjectiveTest) => number) => {
      const requests = 40;
      let sum = 0;
      let chance = (1 - rate) ** requests;
      for (let bad = 0; bad <= requests; bad++) {
        const objective = new ObjectiveTest(0.05, Number.POSITIVE_INFINITY);
        objective.add({ requests, bad });
        sum += chance * value(objective);
        chance *= ((requests - bad) / (bad + 1)) * (rate / (1 - rate));
      }
      return sum;
    };
    expect(mean(0.05, ({ worse }) => worse)).toBeCloseTo(1, 8);
    expect(mean(0.05, ({ goodEnough }) => goodEnough)).toBeCloseTo(1, 8);
    expect(mean(0.02, ({ worse }) => worse)).toBeLessThan(1);
    expect(mean(0.09, ({ goodEnough }) => goodEnough)).toBeLessThan(1);
  });
});
