import { cpSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { leaveEnvironment, takeOwnCheckout } from "../own-checkout.ts";

const root = takeOwnCheckout({});
leaveEnvironment();
cpSync(join(import.meta.dirname, "../../../../labs"), join(root, "labs"), { recursive: true });
const { buildProgram } = await import("../../../../canaryctl/src/main.ts");
const { readPages, readPositions, writePosition } = await import("../../../../canaryctl/src/lab-course/course.ts");

async function run(...words: readonly string[]): Promise<string> {
  const log = jest.spyOn(console, "log").mockImplementation(() => {});
  try {
    await (await buildProgram(["lab"])).parseAsync(["lab", ...words], { from: "user" });
    return log.mock.calls.flat().join("\n");
  } finally {
    log.mockRestore();
  }
}

const [first, second] = readPages();
if (!first || !second) throw new Error("no page");

test("the course is listed without a lab, and nothing is written", async () => {
  const text = await run();
  expect(text).toMatch(/^ +1 +Your first canary +10 min +the lab/m);
  expect(existsSync(join(root, ".lab"))).toBe(false);
});

test("how far each exercise is stands in a private file, and in the list", async () => {
  writePosition(first, 2);
  writePosition(second, second.sections.length);
  expect(readPositions()).toEqual({ 1: 2, 2: second.sections.length });
  expect(statSync(join(root, ".lab", "labs.json")).mode & 0o777).toBe(0o600);
  const text = await run();
  expect(text).toMatch(/^ +1 .* at "Step 2: Count who answers"$/m);
  expect(text).toMatch(/^ +2 .* done$/m);
});

test.each(["99", "abc", "0", "1.5"])(
  "%s, which no exercise has, is refused with those that there are",
  async (word) => {
    await expect(run(word)).rejects.toMatchObject({
      message: `There is no lab ${word}.`,
      allowed: `1 to ${readPages().length}`,
      next: "npx canaryctl lab",
    });
  },
);

test("without a terminal it is refused, with where the page can be read", async () => {
  const wasTerminal = process.stdin.isTTY;
  process.stdin.isTTY = false;
  try {
    await expect(run("1")).rejects.toMatchObject({
      message: "Lab 1 waits for you at each step, and there is no terminal.",
      first: expect.stringContaining("labs/01-first-canary.md"),
      next: "npx canaryctl lab 1",
    });
  } finally {
    process.stdin.isTTY = wasTerminal;
  }
});
