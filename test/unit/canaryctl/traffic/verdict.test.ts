import { describe, expect, test } from "@jest/globals";
import type { Answers } from "../../../../canaryctl/src/traffic/answers.ts";
import { splitTable } from "../../../../canaryctl/src/traffic/report.ts";
import { judgeSplit as judge, sidesOf } from "../../../../canaryctl/src/traffic/verdict.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";

const names = { stable: "v1", canary: "v2" };

const judgeSplit = (canary: number, answers: Answers, failed = 0, tolerance?: number) => {
  const load = { sent: answers.stable + answers.canary + failed, failed };
  return judge(sidesOf(shareOf(canary), names), { load, answers, failures: { stable: 0, canary: failed } }, tolerance);
};

describe("judgeSplit", () => {
  test("a split within the interval is as wanted", () => {
    const verdict = judgeSplit(10, { stable: 362, canary: 38 });
    expect(verdict).toMatchObject({ answered: 400, failed: 0, isAsWanted: true });
    expect(verdict.sides[1]).toMatchObject({
      version: "v2",
      wanted: 10,
      seen: 38,
      interval: { lowest: 19, highest: 65 },
    });
  });

  test("one outside is not", () => {
    expect(judgeSplit(10, { stable: 300, canary: 100 }).isAsWanted).toBe(false);
  });

  test("at 0 and 100 a single stray answer is wrong", () => {
    expect(judgeSplit(0, { stable: 400, canary: 0 }).isAsWanted).toBe(true);
    expect(judgeSplit(0, { stable: 399, canary: 1 }).isAsWanted).toBe(false);
    expect(judgeSplit(100, { stable: 0, canary: 400 }).isAsWanted).toBe(true);
  });

  test("failures, answers of nobody's and silence are not as wanted", () => {
    const split = { stable: 362, canary: 38 };
    expect(judgeSplit(10, split, 1)).toMatchObject({ failed: 1, isAsWanted: false });
    const failures = { stable: 0, canary: 0 };
    const of = (sent: number) =>
      judge(sidesOf(shareOf(10), names), { answers: split, failures, load: { sent, failed: 0 } });
    expect(of(405)).toMatchObject({ failed: 0, untold: 5, isAsWanted: false });
    expect(of(237)).toMatchObject({ others: 163, isAsWanted: true });
    expect(splitTable(of(237))[0]).toBe(
      "Traffic: 400 requests from a pod in the mesh answered, 0 failed (with 163 others that the pod sent meanwhile)",
    );
    expect(judgeSplit(10, { stable: 0, canary: 0 })).toMatchObject({ answered: 0, isAsWanted: false });
  });

  test("a tolerance widens what chance allows, but not where one side gets everything", () => {
    expect(judgeSplit(10, { stable: 330, canary: 70 }).isAsWanted).toBe(false);
    expect(judgeSplit(10, { stable: 330, canary: 70 }, 0, 5).isAsWanted).toBe(true);
    expect(judgeSplit(0, { stable: 399, canary: 1 }, 0, 5).isAsWanted).toBe(false);
  });
});

describe("sidesOf", () => {
  const same = { stable: "6.9.1", canary: "6.9.1" };

  test("are called by their versions", () => {
    expect(sidesOf(shareOf(25), { stable: "6.9.1", canary: "6.9.2" })).toEqual([
      { side: "stable", version: "6.9.1", wanted: 75 },
      { side: "canary", version: "6.9.2", wanted: 25 },
    ]);
  });

  test("there is one where both have the same version and one gets everything", () => {
    expect(sidesOf(shareOf(0), same)).toEqual([{ side: "stable", version: "6.9.1", wanted: 100 }]);
    expect(sidesOf(shareOf(100), same)).toEqual([{ side: "canary", version: "6.9.1", wanted: 100 }]);
  });

  test("are called by what they are for where both have the same version and a share", () => {
    expect(sidesOf(shareOf(10), same).map(({ version }) => version)).toEqual(["6.9.1 (stable)", "6.9.1 (canary)"]);
  });
});

test("the table shows wanted, seen, allowed and verdict per version", () => {
  expect(splitTable(judgeSplit(10, { stable: 300, canary: 100 }))).toEqual([
    "Traffic: 400 requests from a pod in the mesh answered, 0 failed",
    "  version  wanted  seen  requests  allowed (99.99 %)  verdict",
    "  v1       90 %    75 %  300       335..381           NOT as wanted",
    "  v2       10 %    25 %  100       19..65             NOT as wanted",
  ]);
});
