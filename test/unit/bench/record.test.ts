import { describe, expect, test } from "@jest/globals";
import { recordOf, regressions } from "../../../bench/record.ts";
import type { Row } from "../../../bench/table.ts";

const row = (what: string, values: readonly number[], floor?: readonly number[], name = "floor"): Row => ({
  what,
  values,
  unit: "s",
  ...(floor && { floors: [{ name, values: floor, unit: "s" }], atMost: 4 }),
});

test("a record has each row with its floors in numbers, and when and where it was measured", () => {
  const record = recordOf([row("move", [3, 1, 2], [1, 1.5]), row("free", [1])], new Date(0));
  const measured = {
    at: "1970-01-01T00:00:00.000Z",
    machine: expect.objectContaining({ processors: expect.any(Number), memoryGB: expect.any(Number) }),
    versions: expect.objectContaining({ node: process.versions.node }),
  };
  expect(record).toEqual([
    {
      what: "move",
      unit: "s",
      runs: 3,
      min: 1,
      median: 2,
      p95: 3,
      floors: [{ name: "floor", min: 1, median: 1.25, p95: 1.5 }],
      kept: true,
      ...measured,
    },
    { what: "free", unit: "s", runs: 1, min: 1, median: 1, p95: 1, floors: [], ...measured },
  ]);
});

describe("what has become slower", () => {
  const since = (before: readonly Row[], now: readonly Row[]) =>
    regressions(recordOf(before, new Date(0)), recordOf(now));

  test("is told against the floor, which a busy machine slows down as well", () => {
    expect(since([row("move", [2], [1])], [row("move", [4], [2])])).toEqual([]);
    expect(since([row("move", [2], [1])], [row("move", [2.5], [1])])).toEqual([
      "move: 2 x on 1970-01-01T00:00:00.000Z, 2.5 now (against floor)",
    ]);
  });

  test("is told by itself where there is no floor, and not by a fifth or less", () => {
    expect(since([row("up", [10])], [row("up", [12])])).toEqual([]);
    expect(since([row("up", [10])], [row("up", [12.5])])).toEqual(["up: 10 s on 1970-01-01T00:00:00.000Z, 12.5 now"]);
  });

  test("is not told of another machine", () => {
    const elsewhere = recordOf([row("up", [1])]).map((one) => ({
      ...one,
      machine: { ...one.machine, model: "other" },
    }));
    expect(regressions(elsewhere, recordOf([row("up", [9])]))).toEqual([]);
  });

  test("is not told of what one of them has not, or has against another floor", () => {
    expect(since([row("up", [1])], [row("other", [9])])).toEqual([]);
    expect(since([row("move", [1], [1], "one")], [row("move", [9], [1], "other")])).toEqual([]);
  });
});
