import { describe, expect, test } from "@jest/globals";
import type { LoadSummary } from "../../../../apps/versioned-echo/src/load-summary.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { splitTable } from "../../../../canaryctl/src/traffic/report.ts";
import { answerNames, judgeSplit } from "../../../../canaryctl/src/traffic/verdict.ts";
import { fakeLab } from "../fake-lab.ts";

const names = { v1: "v1", v2: "v2" };

const load = (versions: Record<string, number>, failed = 0): LoadSummary => ({
  sent: Object.values(versions).reduce((sum, count) => sum + count, failed),
  skipped: 0,
  seconds: 1,
  statuses: {},
  versions,
  errors: {},
  milliseconds: { p50: 1, p95: 1, p99: 1, max: 1 },
  firstSeen: {},
  lastSeen: {},
  failed,
});

describe("judgeSplit", () => {
  test("a split within the interval is as wanted", () => {
    const verdict = judgeSplit(toWeight(10), load({ v1: 362, v2: 38 }), names);
    expect(verdict).toMatchObject({ answered: 400, failed: 0, isAsWanted: true });
    expect(verdict.sides[1]).toMatchObject({
      version: "v2",
      wanted: 10,
      seen: 38,
      interval: { lowest: 22, highest: 61 },
    });
  });

  test("one outside is not", () => {
    expect(judgeSplit(toWeight(10), load({ v1: 300, v2: 100 }), names).isAsWanted).toBe(false);
  });

  test("at 0 and 100 a single stray answer is wrong", () => {
    expect(judgeSplit(toWeight(0), load({ v1: 400 }), names).isAsWanted).toBe(true);
    expect(judgeSplit(toWeight(0), load({ v1: 399, v2: 1 }), names).isAsWanted).toBe(false);
    expect(judgeSplit(toWeight(100), load({ v2: 400 }), names).isAsWanted).toBe(true);
  });

  test("failures, strangers' answers and silence are not as wanted", () => {
    expect(judgeSplit(toWeight(10), load({ v1: 362, v2: 38 }, 1), names)).toMatchObject({
      failed: 1,
      isAsWanted: false,
    });
    expect(judgeSplit(toWeight(10), load({ v1: 362, v2: 38, v9: 5 }), names)).toMatchObject({
      failed: 5,
      isAsWanted: false,
    });
    expect(judgeSplit(toWeight(10), load({}), names)).toMatchObject({ answered: 0, isAsWanted: false });
  });

  test("sides are told apart by what their images call themselves", () => {
    const verdict = judgeSplit(toWeight(100), load({ "2.0": 9 }), { v1: "1.9", v2: "2.0" });
    expect(verdict.sides.map(({ seen }) => seen)).toEqual([0, 9]);
  });
});

test("answerNames are the images' tags; none where they cannot tell the sides apart", () => {
  const of = (canaryImage: string) => answerNames(fakeLab({ changes: { canaryImage } }).lab.config);
  expect(of("versioned-echo:v3")).toEqual({ v1: "v1", v2: "v3" });
  expect(of("versioned-echo:v1")).toBeUndefined();
  expect(of("nginx:1")).toBeUndefined();
});

test("the table shows wanted, seen, allowed and verdict per version", () => {
  expect(splitTable(judgeSplit(toWeight(10), load({ v1: 300, v2: 100 }), names))).toEqual([
    "Traffic: 400 requests from a pod in the mesh answered, 0 failed",
    "  version  wanted  seen  requests  allowed (99.9 %)  verdict",
    "  v1       90 %    75 %  300       339..378          NOT as wanted",
    "  v2       10 %    25 %  100       22..61            NOT as wanted",
  ]);
});
