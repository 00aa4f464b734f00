import { describe, test } from "@jest/globals";

/** The parts that this run leaves out, as the suite's start has found: see whole-suite.mjs. */
const leftOut: readonly string[] = JSON.parse(process.env.LEFT_OUT_PARTS ?? "[]");

/** Tests that prove one of the `parts`, and are left out while nothing changed that they depend on. */
export function describePart(part: string, tests: () => void): void {
  if (!leftOut.includes(part)) {
    describe(part, tests);
    return;
  }
  test.skip(`${part} is left out: it and all that it depends on are as they were when this passed; --all runs it`, () => {});
}
