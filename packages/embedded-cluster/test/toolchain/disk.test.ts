import { describe, expect, test } from "@jest/globals";
import type { BuildUnit } from "../../src/toolchain/build-unit.ts";
import { diskProblem } from "../../src/toolchain/disk.ts";
import { commands } from "./example-settings.ts";

const unit = (name: string, gigabytes: number): BuildUnit => ({
  name,
  stage: `build ${name}`,
  key: "0",
  outputs: [],
  seconds: 1,
  gigabytes,
  make: async () => {},
});

describe("the disk", () => {
  const units = [unit("kubernetes", 5), unit("pulumi", 4)];

  test("must have room for the units and a reserve", () => {
    expect(diskProblem(units, { free: 11, cached: 0 }, "/cache", commands)).toBeUndefined();
    expect(diskProblem(units, { free: 10.9, cached: 0 }, "/cache", commands)?.toText()).toBe(
      `error: The disk is nearly full: making kubernetes, pulumi takes 11.0 GB, and 10.9 GB are free.
  at:      /cache
  allowed: most of it is needed only while building: about 2.5 GB stay
  first:   free some disk space, or make that folder a link to one on a larger disk
  next:    cluster up`,
    );
  });

  test("what an interrupted run has cached need not fit again", () => {
    expect(diskProblem(units, { free: 3, cached: 8 }, "/cache", commands)).toBeUndefined();
    expect(diskProblem(units, { free: 2.9, cached: 8 }, "/cache", commands)).toBeDefined();
    expect(diskProblem(units, { free: 2, cached: 30 }, "/cache", commands)).toBeUndefined();
  });

  test("does not matter where nothing is to be made", () => {
    expect(diskProblem([], { free: 0, cached: 0 }, "/cache", commands)).toBeUndefined();
  });
});
