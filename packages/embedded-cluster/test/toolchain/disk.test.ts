import { describe, expect, test } from "@jest/globals";
import { diskProblem } from "../../src/toolchain/disk.ts";
import type { Part } from "../../src/toolchain/part.ts";

const part = (name: string, gigabytes: number): Part => ({
  name,
  stage: `build ${name}`,
  key: "0",
  outputs: [],
  seconds: 1,
  gigabytes,
  make: async () => {},
});

describe("the disk", () => {
  const parts = [part("kubernetes", 5), part("pulumi", 4)];

  test("must have room for the parts and a reserve", () => {
    expect(diskProblem(parts, 11, 0)).toBeUndefined();
    expect(diskProblem(parts, 10.9, 0)?.toText()).toBe(
      `error: The disk is nearly full: making kubernetes, pulumi takes 11.0 GB, and 10.9 GB are free.
  at:      .lab
  allowed: most of it is needed only while building: at most 4 GB stay
  next:    Free some disk space, or make .lab a link to a folder on a larger disk; then: npx canaryctl up`,
    );
  });

  test("what an interrupted run has cached need not fit again", () => {
    expect(diskProblem(parts, 3, 8)).toBeUndefined();
    expect(diskProblem(parts, 2.9, 8)).toBeDefined();
    expect(diskProblem(parts, 2, 30)).toBeUndefined();
  });

  test("does not matter where nothing is to be made", () => {
    expect(diskProblem([], 0, 0)).toBeUndefined();
  });
});
