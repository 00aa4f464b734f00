import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { judgeConfig } from "../../../../canary/judge/config.ts";
import type { Histogram, Slice } from "../../../../canary/judge/slice.ts";
import { judgeRelease, ReleaseJudge } from "../../../../canary/judge/verdict.ts";

const slice = (nc: number, ec: number, ns: number, es: number, rest: Partial<Slice> = {}): Slice => ({
  seconds: 1,
  canary: { requests: nc, bad: ec },
  stable: { requests: ns, bad: es },
  ...rest,
});
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const latency = { edges: [5, 10, 25, 50, 100, 250, 500, 1000] };
/** So many requests of which these shares are slower than each edge. */
const histogram = (requests: number, slower: readonly number[]): Histogram => ({
  requests,
  within: latency.edges.map((_, edge) => requests - Math.round(requests * (slower[edge] ?? 0))),
});
const fast = [0.98, 0.8, 0.36, 0.06, 0.01];
const slow = [1, 0.98, 0.78, 0.36, 0.1, 0.01];

describe("judgeRelease", () => {
  test("fails a canary with 30 % errors at its second slice, and says by what", () => {
    const found = judgeRelease(times(10, () => slice(30, 9, 270, 0)));
    expect(found).toMatchObject({
      verdict: "fail",
      failure: { by: "errors", atSeconds: 2 },
      seconds: 10,
      stable: { requests: 2700, errors: 0 },
      canary: { requests: 300, errors: 90 },
    });
    expect(found.tests[0]).toMatchObject({ speaker: "errors", mayFail: true, bound: 200 });
    expect(found.tests[0]?.excessPoints).toBeCloseTo(30, 8);
    expect(found.tests[0]?.factor).toMatchObject({ estimate: undefined, upper: Number.POSITIVE_INFINITY });
    expect(found.tests[0]?.factor?.lower).toBeGreaterThan(50);
    expect(found.missing).toBeUndefined();
  });

  test("keeps a fail though the canary is well afterwards", () => {
    const slices = [...times(3, () => slice(30, 9, 270, 0)), ...times(600, () => slice(30, 0, 270, 1))];
    expect(judgeRelease(slices)).toMatchObject({ verdict: "fail", failure: { atSeconds: 2 } });
  });

  test("passes a canary without errors with its 299th request, and says before how many are missing", () => {
    const seconds = (count: number) => times(count, () => slice(1, 0, 9, 0));
    expect(judgeRelease(seconds(299)).verdict).toBe("pass");
    expect(judgeRelease(seconds(298))).toMatchObject({
      verdict: "not enough traffic",
      missing: { requests: 1, seconds: 1 },
    });
    expect(judgeRelease(seconds(100))).toMatchObject({ missing: { requests: 199, seconds: 199 } });
  });

  test("passes by the comparison where both sides miss the objective alike, and does not fail them", () => {
    const both = times(1200, (second) => slice(30, second % 2, 270, 4 + (second % 2)));
    const found = judgeRelease(both);
    expect(found.verdict).toBe("pass");
    expect(found.tests[0]?.factor?.estimate).toBeCloseTo(1, 0);
    expect(judgeRelease(both, { mayFail: ["error objective"] })).toMatchObject({
      verdict: "fail",
      failure: { by: "error objective" },
    });
  });

  test.each([
    ["nothing", []],
    ["no request of the canary", times(600, () => slice(0, 0, 300, 3))],
    ["no request of the stable side", times(9, () => slice(30, 9, 0, 0))],
  ])("says of %s that it is not enough, and promises no end of it", (_, slices) => {
    expect(judgeRelease(slices)).toMatchObject({
      verdict: "not enough traffic",
      missing: { requests: undefined, seconds: undefined },
    });
  });

  test("does not fail for less than the floor, however clear it is", () => {
    const slices = times(2000, (second) => slice(10_000, second % 2, 90_000, 0));
    const found = judgeRelease(slices);
    expect(found.tests[0]?.evidence).toBeGreaterThan(1e6);
    expect(found.verdict).toBe("pass");
    expect(judgeRelease(slices, { errors: { floorPoints: 0 } }).verdict).toBe("fail");
  });

  test("fails a canary that is twice as slow within 15 s, and passes one that is not", () => {
    const every5 = (canary: readonly number[]) =>
      times(60, () =>
        slice(150, 0, 1350, 0, {
          seconds: 5,
          latency: { stable: histogram(1350, fast), canary: histogram(150, canary) },
        }),
      );
    const late = judgeRelease(every5(slow), { latency: { ...latency, warmUpSeconds: 0 } });
    expect(late).toMatchObject({ verdict: "fail", failure: { by: "latency" } });
    expect(late.failure?.atSeconds).toBeLessThanOrEqual(15);
    expect([25, 50, 100]).toContain(late.tests[1]?.edgeMilliseconds);
    expect(late.canary.p95Milliseconds).toBeGreaterThan((late.stable.p95Milliseconds ?? 0) * 1.9);
    expect(judgeRelease(every5(fast), { latency }).verdict).toBe("pass");
  });

  test("compares no edge below the floor, and nothing of the warm-up", () => {
    const cold = { stable: histogram(270, [0.5]), canary: histogram(30, [1]) };
    const slices = times(60, () => slice(30, 0, 270, 0, { latency: cold }));
    expect(judgeRelease(slices, { latency }).verdict).toBe("pass");
    const warming = times(60, (second) =>
      slice(30, 0, 270, 0, {
        latency: { stable: histogram(270, fast), canary: histogram(30, second < 10 ? slow : fast) },
      }),
    );
    expect(judgeRelease(warming, { latency }).tests[1]?.evidence).toBeLessThan(1);
  });

  test.each([
    [slice(30, 31, 270, 0), /canary has 31 bad ones of 30/],
    [slice(-1, 0, 270, 0), /canary has -1 requests/],
    [slice(1.5, 0, 270, 0), /1.5 requests/],
    [slice(2e9, 0, 270, 0), /2000000000 requests/],
    [slice(30, 0, Number.NaN, 0), /stable side has NaN/],
    [slice(30, 0, 270, 0, { seconds: 0 }), /lasts 0 s/],
    [
      slice(30, 0, 270, 0, { latency: { stable: histogram(9, fast), canary: { requests: 9, within: [9] } } }),
      /1 edges: the config has 8/,
    ],
    [
      slice(30, 0, 270, 0, { latency: { stable: histogram(9, fast), canary: histogram(9, [0.1, 0.9]) } }),
      /does not rise/,
    ],
  ])("refuses counts that cannot be: %#", (bad, message) => {
    expect(() => judgeRelease([bad], { latency })).toThrow(message);
  });
});

describe("judgeConfig", () => {
  test.each([
    [{ alpha: 0 }, /alpha is 0; allowed: between 0 and 0.5/],
    [{ alpha: 0.5 }, /alpha is 0.5/],
    [{ alpha: Number.NaN }, /alpha is NaN/],
    [{ beta: 1 }, /beta is 1/],
    [{ cut: 1 }, /cut is 1; allowed: above 1/],
    [{ mayFail: ["errors", "errors"] as const }, /each of them once/],
    [{ errors: { tolerance: 0.9 } }, /errors.tolerance is 0.9; allowed: 1 to 1000/],
    [{ errors: { worse: 1.1 } }, /errors.worse is 1.1; allowed: above the tolerance of 1.1/],
    [{ latency: { floorPoints: 101 } }, /latency.floorPoints is 101/],
    [{ latency: { edges: [5, 5] } }, /latency.edges is 5, 5/],
    [{ latency: { edges: [] } }, /latency.edges/],
    [{ latency: { warmUpSeconds: -1 } }, /warmUpSeconds is -1/],
    [{ objective: { errorRate: 0, p95Milliseconds: 250 } }, /objective.errorRate is 0; .*no number of requests/],
    [
      { objective: { errorRate: 0.01, p95Milliseconds: 0.1 } },
      /objective.p95Milliseconds is 0.1; allowed: 0.5 to 30000/,
    ],
  ])("refuses %j", (options, message) => {
    expect(() => judgeConfig(options)).toThrow(message);
  });

  test("names all that is wrong at once", () => {
    expect(() => judgeConfig({ alpha: 1, beta: 1 })).toThrow(/alpha is 1[\s\S]*beta is 1/);
  });

  test("lets those that may fail share alpha", () => {
    const bound = (mayFail: readonly ("errors" | "latency" | "error objective")[]) =>
      judgeRelease([], { mayFail }).tests[0]?.bound;
    expect(bound(["errors"])).toBe(100);
    expect(bound(["errors", "latency"])).toBe(200);
    expect(bound(["errors", "latency", "error objective"])).toBe(300);
  });
});

test("slice by slice there are the verdicts of all slices so far, whichever edge is the clearest meanwhile", () => {
  const edges = judgeConfig().latency.edges;
  const count = fc
    .tuple(fc.nat(400), fc.double({ min: 0, max: 0.5, noNaN: true }))
    .map(([requests, rate]) => ({ requests, bad: Math.floor(requests * rate) }));
  const histogram = fc.array(fc.nat(30), { minLength: edges.length + 1, maxLength: edges.length + 1 }).map((counts) => {
    const sums = counts.map((_, index) => counts.slice(0, index + 1).reduce((sum, one) => sum + one, 0));
    return { requests: sums.at(-1) ?? 0, within: sums.slice(0, -1) };
  });
  const slices = fc.array(
    fc
      .record({
        seconds: fc.constantFrom(1, 2, 15),
        stable: count,
        canary: count,
        latency: fc.option(fc.record({ stable: histogram, canary: histogram }), { nil: undefined }),
      })
      .map(({ latency, ...slice }): Slice => ({ ...slice, ...(latency && { latency }) })),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(slices, (all) => {
      const judge = new ReleaseJudge();
      for (const [index, slice] of all.entries()) {
        judge.add(slice);
        expect(judge.verdict()).toEqual(judgeRelease(all.slice(0, index + 1)));
      }
    }),
    { numRuns: 30 },
  );
});
