import { describe, expect, test } from "@jest/globals";
import { buildSeconds } from "../../../bench/cold-up.ts";
import { chiSquare, chiSquareQuantile } from "../../../bench/every-weight.ts";
import { takeDown } from "../../../bench/growth.ts";
import { processesOf } from "../../../bench/memory.ts";
import { rowsOf } from "../../../bench/services.ts";
import { median, type Row, renderTable, slope, verdict } from "../../../bench/table.ts";
import { growthOf } from "../../../bench/watch.ts";

test.each([
  [[3], 3],
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])("the median of %j is %f", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("the slope is what y grows by with each x, also beside noise that cancels out", () => {
  expect(
    slope([
      [1, 3],
      [3, 7],
      [10, 21],
    ]),
  ).toBeCloseTo(2);
  expect(
    slope([
      [1, 5],
      [2, 5],
    ]),
  ).toBe(0);
  expect(
    slope([
      [0, 0],
      [1, 2],
      [2, 2],
      [3, 4],
    ]),
  ).toBeCloseTo(1.2);
});

describe("verdict", () => {
  const row = (values: readonly number[], rest: Partial<Row>): Row => ({ what: "x", values, unit: "s", ...rest });
  const floor = { name: "floor", values: [1], unit: "s" } as const;

  test.each([
    [row([1, 9, 2], { atMost: 2 }), true],
    [row([1, 9, 3], { atMost: 2 }), false],
    [row([0], { atMost: 0 }), true],
    [row([1.3], { floors: [floor], ratioAtMost: 1.3 }), true],
    [row([1.4], { floors: [floor], ratioAtMost: 1.3 }), false],
    [row([1.4], { floors: [floor], aboveFloorAtMost: 0.5 }), true],
    [row([1.6], { floors: [floor], aboveFloorAtMost: 0.5 }), false],
    [row([1.2], { floors: [floor], ratioAtMost: 1.3, atMost: 1 }), false],
    [row([100], {}), undefined],
  ])("of %j is %p", (given, expected) => {
    expect(verdict(given)).toBe(expected);
  });
});

test("the table has each measure beside its floors", () => {
  const rows: readonly Row[] = [
    {
      what: "set-traffic",
      values: [2, 2.5, 3],
      unit: "s",
      floors: [
        { name: "kubectl", values: [0.25], unit: "s" },
        { name: "engine", values: [1.25], unit: "s" },
      ],
      atMost: 3,
    },
    { what: "failed", values: [2], unit: "requests", atMost: 0 },
  ];
  expect(renderTable(rows)).toBe(
    [
      "| what | min | median | p95 | runs | floor (min / median) | ratio | must be | kept |",
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      "| set-traffic | 2 s | 2.50 s | 3 s | 3 | kubectl: 0.25 / 0.25 s; engine: 1.25 / 1.25 s | 10x; 2x | ≤ 3 s | yes |",
      "| failed | 2 requests | 2 requests | 2 requests | 1 | – | – | 0 requests | NO |",
    ].join("\n"),
  );
});

test("the lab's processes are those that name its folder, and what they started", () => {
  const processes = [
    { pid: 1, parent: 0, command: "init" },
    { pid: 20, parent: 30, command: "node\0/app/server.mjs" },
    { pid: 30, parent: 1, command: "containerd-shim\0-address\0/lab/.lab/run/containerd.sock" },
    { pid: 40, parent: 1, command: "/other/thing" },
    { pid: 50, parent: 20, command: "worker" },
  ];
  expect([...processesOf(processes, "/lab/.lab")].sort()).toEqual([20, 30, 50]);
});

test("a process grows where it needs more in the last third than in the second one, whatever garbage there is", () => {
  const [settles, garbage] = [
    [70, 90, 100],
    [20, 0, 10],
  ];
  expect(growthOf([...settles, ...garbage.map((more) => 100 + more), ...garbage.map((more) => 103 + more)])).toBe(3);
  expect(growthOf([...settles, 100, 140, 120, 130, 98, 120])).toBe(-2);
});

test("the builds are summed, the other stages are not", () => {
  expect(buildSeconds({ "build kubernetes": 200, "build pulumi": 100.5, "start the node": 12 })).toBe(300.5);
});

test("every environment of the growth is taken down, and one that stays is told of", async () => {
  const asked: number[] = [];
  const down = (fails: readonly number[]) => async (environment: number) => {
    asked.push(environment);
    const exitCode = fails.includes(environment) ? 1 : 0;
    return { command: `down ${environment}`, exitCode, seconds: 1, output: "in use", stdout: "", stderr: "", began: 0 };
  };
  expect(await takeDown(4, down([]))).toEqual([]);
  expect(asked.splice(0)).toEqual([4, 3, 2]);
  expect(await takeDown(4, down([4, 2]))).toEqual(["down 4 ended with 1:\nin use", "down 2 ended with 1:\nin use"]);
  expect(asked).toEqual([4, 3, 2]);
});

describe("each weight against what was seen", () => {
  const exact = Array.from({ length: 101 }, (_, weight) => ({ weight, canary: weight * 3, answered: 300 }));

  test("an exact split has no deviation, and one that ignores its weight has more than chance allows", () => {
    expect(chiSquare(exact)).toEqual({ sum: expect.closeTo(0, 9), degrees: 99 });
    const half = exact.map((one) => (one.weight % 100 === 0 ? one : { ...one, canary: 150 }));
    expect(chiSquare(half).sum).toBeGreaterThan(chiSquareQuantile(99));
  });

  test("a stray answer at 0 or 100 % is an error", () => {
    expect(() => chiSquare([{ weight: 0, canary: 1, answered: 300 }])).toThrow("the canary answered 1 of 300");
    expect(() => chiSquare([{ weight: 100, canary: 299, answered: 300 }])).toThrow("answered 299 of 300");
  });

  // 160.0557 by the series of the incomplete gamma function.
  test("the bound is the quantile of the distribution", () => {
    expect(Math.abs(chiSquareQuantile(99) - 160.0557)).toBeLessThan(0.16);
  });
});

test("what a command costs beside many services is held against what it costs beside one, and its growth is told", () => {
  const rows = rowsOf("up", [
    { services: 1, values: [2, 4, 3] },
    { services: 10, values: [3, 4] },
    { services: 50, values: [7.9] },
  ]);
  expect(rows.map(({ what }) => what)).toEqual(["up, of 1", "up, of 10", "up, of 50", "up, for each service more"]);
  expect(rows.map(verdict)).toEqual([undefined, true, false, undefined]);
  expect(rows.at(-1)?.values[0]).toBeCloseTo(0.103, 3);
});
