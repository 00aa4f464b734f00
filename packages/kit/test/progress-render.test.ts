import { describe, expect, test } from "@jest/globals";
import { renderDuration } from "../src/durations.ts";
import type { RunningStage } from "../src/progress.ts";
import { cut, renderBlock, renderEnded, renderRunning } from "../src/progress-render.ts";

const stage = (name: string, changes: Partial<RunningStage> = {}): RunningStage => ({
  name,
  startedAt: 1_000,
  expected: undefined,
  detail: "",
  ...changes,
});

test.each([
  [0.04, "0.0 s"],
  [59.94, "59.9 s"],
  [59.96, "1 min 0 s"],
  [92.4, "1 min 32 s"],
  [3600, "60 min 0 s"],
])("%d seconds read %s", (seconds, text) => expect(renderDuration(seconds)).toBe(text));

describe("a stage that runs", () => {
  test("has its time, the time of last time, and what it is doing", () => {
    const building = stage("build kubernetes", { expected: 343.2, detail: "768 packages compiled" });
    expect(renderRunning(building, 93_900)).toBe(
      "build kubernetes 1 min 32 s of about 5 min 43 s · 768 packages compiled",
    );
    expect(renderRunning(stage("deploy"), 13_900)).toBe("deploy 12 s");
  });

  test("is one line, whatever a program says: no colours, no line ends, no cursor movements", () => {
    const said = stage("deploy", { detail: "\u001b[2K\u001b[32mPushed\u001b[0m\r\n 12 %\t" });
    expect(renderRunning(said, 1_000)).toBe("deploy 0 s · Pushed 12 %");
  });
});

test("a stage that has ended says how", () => {
  expect(renderEnded(stage("deploy"), 15.1, false)).toBe("✔ deploy 15.1 s");
  expect(renderEnded(stage("deploy"), 75, true)).toBe("✘ deploy after 1 min 15 s");
});

describe("the block", () => {
  const many = Array.from({ length: 8 }, (_, i) => stage(`stage ${i}`, { detail: "x".repeat(200) }));

  test("is never wider than a narrow terminal", () => {
    for (const columns of [2, 10, 40, 120])
      for (const line of renderBlock(many, 1_000, { columns, rows: 24 })) expect(line.length).toBeLessThan(columns);
  });

  test("is never higher than a low terminal, and counts what it leaves out", () => {
    expect(renderBlock(many, 1_000, { columns: 80, rows: 24 })).toHaveLength(8);
    const low = renderBlock(many, 1_000, { columns: 80, rows: 6 });
    expect(low).toHaveLength(4);
    expect(low.at(-1)).toBe("▶ and 5 more");
    expect(renderBlock(many, 1_000, { columns: 80, rows: 1 })).toEqual(["▶ and 8 more"]);
  });
});

test("a cut line says that it was cut", () => {
  expect(cut("kubernetes", 10)).toBe("kubernetes");
  expect(cut("kubernetes", 5)).toBe("kube…");
});
