import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Table } from "../../../../canary/judge/counts.ts";
import { aroundModes, logLikelihoods } from "../../../../canary/judge/hypergeometric.ts";
import { OddsGrid } from "../../../../canary/judge/odds-grid.ts";

const table = (nc: number, ec: number, ns: number, es: number): Table => ({
  canary: { requests: nc, bad: ec },
  stable: { requests: ns, bad: es },
});

function logChances(given: Table, ...oddsRatios: number[]): number[] {
  const into = new Float64Array(oddsRatios.length);
  logLikelihoods(given, new OddsGrid(Float64Array.from(oddsRatios, Math.log)), into);
  return [...into];
}

/** The chance in whole numbers: odds ratios are fractions a/b, and `psi^u` is `a^u b^(most-u)`. */
function exactChance({ stable, canary }: Table, a: bigint, b: bigint): number {
  const bad = stable.bad + canary.bad;
  const term = (u: number) =>
    choose(canary.requests, u) * choose(stable.requests, bad - u) * a ** BigInt(u) * b ** BigInt(bad - u);
  let sum = 0n;
  for (let u = 0; u <= bad; u++) sum += term(u);
  const digits = 10n ** 30n;
  return Number((term(canary.bad) * digits) / sum) / Number(digits);
}

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let product = 1n;
  for (let i = 0; i < k; i++) product = (product * BigInt(n - i)) / BigInt(i + 1);
  return product;
}

const counts = (most: number) =>
  fc
    .integer({ min: 1, max: most })
    .chain((requests) => fc.tuple(fc.constant(requests), fc.integer({ min: 0, max: requests })));
const tables = (most: number) =>
  fc.tuple(counts(most), counts(most)).map(([[nc, ec], [ns, es]]) => table(nc, ec, ns, es));

describe("logLikelihoods", () => {
  test("is the chance that whole numbers give", () => {
    const ratio = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }));
    fc.assert(
      fc.property(tables(60), ratio, (given, [a, b]) => {
        const exact = exactChance(given, BigInt(a), BigInt(b));
        const [found = Number.NaN] = logChances(given, a / b);
        if (exact > 1e-15) expect(found).toBeCloseTo(Math.log(exact), 9);
        else expect(found).toBeLessThan(Math.log(1e-14));
      }),
    );
  });

  test("sums to 1 over every count of the same margins, at odds ratios from 1/1000 to 1000", () => {
    const odds = fc.double({ min: Math.log(1e-3), max: Math.log(1e3), noNaN: true });
    fc.assert(
      fc.property(tables(400), odds, ({ canary, stable }, theta) => {
        const bad = canary.bad + stable.bad;
        let sum = 0;
        for (let u = Math.max(0, bad - stable.requests); u <= Math.min(bad, canary.requests); u++) {
          sum += Math.exp(
            logChances(table(canary.requests, u, stable.requests, bad - u), Math.exp(theta))[0] ?? Number.NaN,
          );
        }
        expect(sum).toBeCloseTo(1, 9);
      }),
      { numRuns: 50 },
    );
  });

  test("is the same when the sides, or good and bad, change places", () => {
    fc.assert(
      fc.property(tables(500), fc.integer({ min: 1, max: 1000 }), ({ canary, stable }, psi) => {
        const good = ({ requests, bad }: Table["canary"]) => ({ requests, bad: requests - bad });
        const [given = Number.NaN] = logChances({ canary, stable }, psi);
        for (const turned of [
          { canary: stable, stable: canary },
          { canary: good(canary), stable: good(stable) },
        ]) {
          const [found = Number.NaN] = logChances(turned, 1 / psi);
          expect(Math.abs(found - given)).toBeLessThan(1e-9 * (1 + Math.abs(given)));
        }
      }),
    );
  });

  test("is the same by the polynomial, which has all terms, and around the modes, where margins are small or large", () => {
    const side = fc.integer({ min: 1, max: 1e6 });
    const few = fc.integer({ min: 0, max: 90 });
    const given = fc.tuple(side, few, side, few).map(([nc, ec, ns, es]) => table(nc + ec, ec, ns + es, es));
    const logOdds = Float64Array.from([0.01, 0.75, 1, 1.1, 3, 110, 1000], Math.log);
    fc.assert(
      fc.property(fc.oneof(given, tables(60)), (each) => {
        const [fast, slow] = [new Float64Array(logOdds.length), new Float64Array(logOdds.length)];
        logLikelihoods(each, new OddsGrid(logOdds), fast);
        aroundModes(each, logOdds, slow);
        fast.forEach((log, index) => {
          const expected = slow[index] as number;
          expect(Math.abs(log - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)));
        });
      }),
      { numRuns: 300 },
    );
  });

  describe("by the polynomial or not", () => {
    const grid = (...oddsRatios: number[]) => new OddsGrid(Float64Array.from(oddsRatios, Math.log));

    test.each([
      [96, 96, true],
      [97, 96, false],
      [96, 97, false],
    ])("with %d counts below the one that was seen and %d above it: %p", (below, above, isPolynomial) => {
      const given = table(1e9, below, 1e9, above);
      expect(grid(0.75, 1, 2).sumsOver(given)).toBe(isPolynomial);
      const slow = new Float64Array(3);
      aroundModes(given, Float64Array.from([0.75, 1, 2], Math.log), slow);
      logChances(given, 0.75, 1, 2).forEach((log, index) => {
        expect(log).toBeCloseTo(slow[index] as number, 9);
      });
    });

    // One of 96 bad requests is the canary's, of sides so large that each is drawn by itself: a binomial.
    test.each([
      [1e3, false],
      [10, true],
    ])("where sums are large: odds of %d, %p", (psi, isPolynomial) => {
      const given = table(1e9, 1, 1e9, 95);
      expect(grid(psi).sumsOver(given)).toBe(isPolynomial);
      const most = Math.log(96) - 95 * Math.log(psi) - 96 * Math.log1p(1 / psi);
      expect(logChances(given, psi)[0]).toBeCloseTo(most, 4);
    });

    test.each([
      [0, 0, 0, 0],
      [5, 0, 7, 0],
      [5, 5, 7, 7],
      [0, 0, 7, 3],
      [5, 2, 0, 0],
    ])("of margins that leave one count it is certain: %d, %d, %d, %d", (nc, ec, ns, es) => {
      for (const log of logChances(table(nc, ec, ns, es), 1e-3, 1, 1e3)) expect(Math.abs(log)).toBe(0);
    });
  });

  // Each bad request is drawn by itself where the sides are large: a binomial. And the first two of it in closed form.
  test("is exact for few bad requests among 1e9", () => {
    const [one = Number.NaN] = logChances(table(1e9, 1, 1e9, 0), 3);
    expect(one).toBeCloseTo(Math.log(3 / 4), 12);
    const [two = Number.NaN] = logChances(table(1e9, 1, 1e9, 1), 3);
    expect(two).toBeCloseTo(Math.log((2 * 3) / 16), 8);
    const [allButOne = Number.NaN] = logChances(table(1, 1, 1e9, 1e9 - 1), 3);
    expect(allButOne).toBeCloseTo(Math.log((3 * 1e9) / (3 * 1e9 + 1)), 12);
  });

  // Half of each side: C(n, n/2)^2 / C(2n, n), each by Wallis' product.
  test.each([2e6, 1e8, 1e9])("sums in steps where a side has %d requests and half are bad", (requests) => {
    const logHalf = (n: number) => -Math.log((Math.PI * n) / 2) / 2 - 1 / (4 * n);
    const expected = 2 * logHalf(requests) - logHalf(2 * requests);
    const [found = Number.NaN] = logChances(table(requests, requests / 2, requests, requests / 2), 1);
    expect(found).toBeCloseTo(expected, 6);
  });

  test("is a number from counts of 1 to 1e9, with all bad, none bad and one alone", () => {
    const sizes = [1, 2, 1000, 1e6, 1e9];
    for (const nc of sizes)
      for (const ns of sizes)
        for (const ec of [0, 1, Math.floor(nc / 2), nc])
          for (const es of [0, 1, Math.floor(ns / 2), ns])
            for (const found of logChances(table(nc, ec, ns, es), 1e-3, 1, 1e3, 1e5)) {
              expect(Number.isFinite(found)).toBe(true);
              expect(found).toBeLessThan(1e-4);
            }
  });
});
