import { describe, expect, test } from "@jest/globals";
import { conclude } from "../../../../canary/judge/conclusion.ts";
import { blockText, lookEvent, lookLine } from "../../../../canaryctl/src/judged/judged-view.ts";
import { judgedRoute, type Look } from "../../../../canaryctl/src/judged/observer.ts";
import { outlookText } from "../../../../canaryctl/src/judged/walk.ts";
import { configuredStrategy } from "../../../../canaryctl/src/strategies/table.ts";
import { shareOf } from "../../../../stacks/live/proxies/share.ts";
import { fakeLab } from "../fake-lab.ts";

/** Three seconds in which a third of the canary's requests failed. */
const failing = Array(3).fill({
  seconds: 1,
  stable: { requests: 270, bad: 0 },
  canary: { requests: 30, bad: 9 },
});

test("with replica-ratio it is counted by pod, without a latency", async () => {
  const { lab } = fakeLab({ changes: { strategy: "replica-ratio" } });
  const route = judgedRoute({ lab, strategy: await configuredStrategy(lab) });
  expect(route.hasLatency).toBe(false);
  expect(route.proxies).toBeUndefined(); // no proxy knows the split, and none is waited for
});

test("strategies without weights are refused, with what measures there", async () => {
  for (const strategy of ["nginx-header", "rolling-update", "rollout-canary"] as const) {
    const { lab } = fakeLab({ changes: { strategy } });
    const move = { lab, strategy: await configuredStrategy(lab) };
    expect(() => judgedRoute(move)).toThrow(`With strategy ${strategy}`);
  }
});

const look: Look = {
  at: new Date("2026-01-02T03:04:05Z"),
  lab: fakeLab({ configWeight: 10 }).lab,
  live: { weights: shareOf(10), owner: "canary-lab" },
  seen: { stable: 90.4, canary: 9.6 },
  requestsPerSecond: 300,
  requestsAtWeight: 90,
  seconds: 12.4,
  callers: 2,
  conclusion: conclude(failing, {}, false),
};

test("before anything is waited for it is said that a verdict takes longer than the plan keeps the step", () => {
  const { lab } = fakeLab({ configWeight: 10, changes: { plan: '{"weights":[10,50],"bake":"10s"}' } });
  const numbers = conclude([], {}, false);
  const text = (requestsPerSecond: number) => outlookText({ ...look, lab, requestsPerSecond, conclusion: numbers });
  expect(text(80)).toBe(
    "At the present 80 requests/s a verdict at 10 % takes about 38 s or more: longer than the 10s that the plan keeps it.",
  );
  expect(text(300)).toBeUndefined(); // 299 requests in 10 s
  const between = fakeLab({ configWeight: 20, changes: { plan: '{"weights":[10,50],"bake":"10s"}' } }).lab;
  expect(outlookText({ ...look, lab: between, requestsPerSecond: 80, conclusion: numbers })).toMatch(
    /takes about \d+ s or more[.]$/,
  );
});

describe("a look is shown", () => {
  test("as a block, whose bars are full where the evidence is enough", () => {
    const [step, ...lines] = blockText(look, "roll back");
    expect(step).toBe("Step 1 of 4: 10 % since 12 s of 1m, counted at 2 callers' proxies");
    expect(lines.join("\n")).toMatch(/canary +10 % +9\.6 % +90 +27 \(30 %, 20\.8 to 40\.6 %\) +-\n/);
    expect(lines.join("\n")).toMatch(/worse +errors +#{24} +over 1000 of 200\n/);
    expect(lines.join("\n")).toMatch(/worse +latency +\.{24} +1 of 200\n/);
    expect(lines.at(-1)).toMatch(/^roll back: The canary is worse by its errors/);
  });

  test.each([
    [0, "Before step 1 of 4: 0 %"],
    [5, "Before step 1 of 4: 5 %"],
    [30, "Step 2 of 4: 30 %"],
    [50, "Between steps 2 and 3 of 4: 50 %"],
    [100, "Step 4 of 4: 100 %"],
  ])("with its place in the plan, at %i %% too", (configWeight, place) => {
    expect(lookLine({ ...look, lab: fakeLab({ configWeight }).lab })).toMatch(new RegExp(`^${place} since`));
  });

  test("as a line, and as an event", () => {
    expect(lookLine(look)).toMatch(
      /^Step 1 of 4.*; seen 90\.4\/9\.6; errors: stable 0 \(0 %\), canary 27 \(30 %\); The canary is worse/,
    );
    expect(lookLine({ ...look, seen: undefined, conclusion: conclude([], {}, false) }, "wait")).toMatch(
      /; no requests seen; wait; No request to the canary version was counted\.$/,
    );
    expect(lookEvent(look, "roll back")).toMatchObject({
      at: "2026-01-02T03:04:05.000Z",
      wanted: { stable: 90, canary: 10 },
      act: "roll back",
      verdict: "fail",
      numbers: { canary: { requests: 90, errors: 27 } },
    });
  });
});
