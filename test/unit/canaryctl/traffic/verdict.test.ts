import { describe, expect, test } from "@jest/globals";
import type { LoadSummary } from "../../../../apps/load-client/src/load-summary.ts";
import { splitTable } from "../../../../canaryctl/src/traffic/report.ts";
import { judgeSplit as judge, sidesOf } from "../../../../canaryctl/src/traffic/verdict.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";

const names = { stable: "v1", canary: "v2" };

/** A split whose images call themselves `stable` and `canary`. */
const judgeSplit = (canary: number, loaded: LoadSummary, [stableTag, canaryTag] = ["v1", "v2"]) => {
  const images = { stableImage: `versioned-echo:${stableTag}`, canaryImage: `versioned-echo:${canaryTag}` };
  return judge(sidesOf(images, shareOf(canary), names) ?? [], loaded);
};

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
    const verdict = judgeSplit(10, load({ v1: 362, v2: 38 }));
    expect(verdict).toMatchObject({ answered: 400, failed: 0, isAsWanted: true });
    expect(verdict.sides[1]).toMatchObject({
      version: "v2",
      wanted: 10,
      seen: 38,
      interval: { lowest: 19, highest: 65 },
    });
  });

  test("one outside is not", () => {
    expect(judgeSplit(10, load({ v1: 300, v2: 100 })).isAsWanted).toBe(false);
  });

  test("at 0 and 100 a single stray answer is wrong", () => {
    expect(judgeSplit(0, load({ v1: 400 })).isAsWanted).toBe(true);
    expect(judgeSplit(0, load({ v1: 399, v2: 1 })).isAsWanted).toBe(false);
    expect(judgeSplit(100, load({ v2: 400 })).isAsWanted).toBe(true);
  });

  test("failures, strangers' answers and silence are not as wanted", () => {
    expect(judgeSplit(10, load({ v1: 362, v2: 38 }, 1))).toMatchObject({
      failed: 1,
      isAsWanted: false,
    });
    expect(judgeSplit(10, load({ v1: 362, v2: 38, v9: 5 }))).toMatchObject({
      failed: 5,
      isAsWanted: false,
    });
    expect(judgeSplit(10, load({}))).toMatchObject({ answered: 0, isAsWanted: false });
  });

  test("a tolerance widens what chance allows, but not where one side gets everything", () => {
    const sides = sidesOf({ stableImage: "versioned-echo:v1", canaryImage: "versioned-echo:v2" }, shareOf(10), names);
    expect(judge(sides ?? [], load({ v1: 330, v2: 70 })).isAsWanted).toBe(false);
    expect(judge(sides ?? [], load({ v1: 330, v2: 70 }), 5).isAsWanted).toBe(true);
    const whole = sidesOf({ stableImage: "versioned-echo:v1", canaryImage: "versioned-echo:v2" }, shareOf(0), names);
    expect(judge(whole ?? [], load({ v1: 399, v2: 1 }), 5).isAsWanted).toBe(false);
  });

  test("sides are told apart by what their images call themselves", () => {
    const verdict = judgeSplit(100, load({ "2.0": 9 }), ["1.9", "2.0"]);
    expect(verdict.sides.map(({ seen }) => seen)).toEqual([0, 9]);
  });
});

describe("sidesOf", () => {
  const of = (canaryImage: string, canary: number) =>
    sidesOf({ stableImage: "versioned-echo:v1", canaryImage }, shareOf(canary), names);

  test("are told apart by their images' tags", () => {
    expect(of("versioned-echo:v3", 25)).toEqual([
      { version: "v1", answer: "v1", wanted: 75 },
      { version: "v2", answer: "v3", wanted: 25 },
    ]);
  });

  test("are told apart where one comes from another environment, by its digest", () => {
    const promoted = `registry:5000/versioned-echo:v3@sha256:${"a".repeat(64)}`;
    expect(of(promoted, 25)?.map(({ answer }) => answer)).toEqual(["v1", "v3"]);
  });

  test("there is one where both have the same image and one gets everything", () => {
    expect(of("versioned-echo:v1", 0)).toEqual([{ version: "v1", answer: "v1", wanted: 100 }]);
    expect(of("versioned-echo:v1", 100)).toEqual([{ version: "v2", answer: "v1", wanted: 100 }]);
  });

  test("there is one where an image without answers that are known gets nothing", () => {
    expect(of("registry.example/echo:absent", 0)).toEqual([{ version: "v1", answer: "v1", wanted: 100 }]);
  });

  test("there are none where answers cannot tell them apart", () => {
    expect(of("versioned-echo:v1", 10)).toBeUndefined();
    expect(of("nginx:1", 10)).toBeUndefined();
    expect(of("nginx:1", 100)).toBeUndefined();
  });
});

test("the table shows wanted, seen, allowed and verdict per version", () => {
  expect(splitTable(judgeSplit(10, load({ v1: 300, v2: 100 })))).toEqual([
    "Traffic: 400 requests from a pod in the mesh answered, 0 failed",
    "  version  wanted  seen  requests  allowed (99.99 %)  verdict",
    "  v1       90 %    75 %  300       335..381           NOT as wanted",
    "  v2       10 %    25 %  100       19..65             NOT as wanted",
  ]);
});
