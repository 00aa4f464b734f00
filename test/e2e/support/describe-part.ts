import { basename } from "node:path";
import { describe, expect, test } from "@jest/globals";

/** Whether the part of this file is among those that a run leaves out. */
export const isLeftOut = (testFile: string, leftOut: readonly string[]): boolean =>
  leftOut.includes(basename(testFile, ".test.ts"));

/** The parts that this run leaves out, as the suite's start has found: see whole-suite.mjs. */
const leftOut: readonly string[] = JSON.parse(process.env.LEFT_OUT_PARTS ?? "[]");

/**
 * Tests of the part that the calling file proves: see `parts`. They are left out while nothing has changed that they depend on, so what
 * follows them in the file must be right both for the lab as it was before them and as they leave it.
 */
export function describePart(title: string, tests: () => void): void {
  const { testPath = "" } = expect.getState();
  if (!isLeftOut(testPath, leftOut)) describe(title, tests);
  else test.skip(`${title}: left out, for the reason at the start of this run; --all runs it`, () => {});
}
