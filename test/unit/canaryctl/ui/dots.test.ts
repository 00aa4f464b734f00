import { describe, expect, test } from "@jest/globals";
import { DotSource, lanesOf, middleAt, requestsPerDot } from "../../../../canaryctl/src/ui/page/dots.ts";

const reading = (stable: number, canary: number, bad = 0, seconds = 1) => ({
  requestsPerSecond: (stable + canary) / seconds,
  last: { seconds, stable: { requests: stable, bad: 0 }, canary: { requests: canary, bad } },
});

describe("dots", () => {
  test("are as many as the requests, by version and outcome, over the time that they took", () => {
    const dots = new DotSource(() => 0.5).dots(reading(90, 10, 3, 0.5), 1000);
    const count = (side: string, isBad: boolean) =>
      dots.filter((dot) => dot.side === side && dot.isBad === isBad).length;
    expect([count("stable", false), count("canary", false), count("canary", true)]).toEqual([90, 7, 3]);
    expect(dots[0]).toEqual({ side: "stable", isBad: false, start: 1250, across: 0 });
  });

  test("stand for several requests above 200 in a second, and none gets lost over time", () => {
    expect([1, 200, 201, 300, 1000].map(requestsPerDot)).toEqual([1, 1, 2, 2, 5]);
    const source = new DotSource();
    const counts = Array.from({ length: 10 }, () => source.dots(reading(297, 3), 0));
    const all = counts.flat();
    expect(all.filter(({ side }) => side === "stable").length).toBe(1485);
    expect(all.filter(({ side }) => side === "canary").length).toBe(15);
  });

  test("of a reading after a long sleep are those of two seconds", () => {
    expect(new DotSource().dots(reading(6000, 0, 0, 60), 0).length).toBe(200);
  });

  test("are none where nothing was counted", () => {
    expect(new DotSource().dots(reading(0, 0, 0, 0), 0)).toEqual([]);
  });
});

describe("lanes", () => {
  test("are as thick as their shares, side by side in the trunk and apart behind it", () => {
    const { stable, canary } = lanesOf(100, { stable: 70, canary: 30 });
    expect(stable.half / canary.half).toBeCloseTo(7 / 3);
    expect(stable.from + stable.half).toBeCloseTo(canary.from - canary.half);
    expect(middleAt(stable, 0)).toBe(stable.from);
    expect(middleAt(stable, 1)).toBe(stable.to);
    expect(stable.to + stable.half).toBeLessThan(canary.to - canary.half);
  });

  test("never leave the picture", () => {
    for (const canary of [0, 50, 100]) {
      const lanes = lanesOf(100, { stable: 100 - canary, canary });
      expect(lanes.stable.to - lanes.stable.half).toBeGreaterThan(0);
      expect(lanes.canary.to + lanes.canary.half).toBeLessThan(100);
    }
  });
});
