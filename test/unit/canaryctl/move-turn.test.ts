import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "move-turn-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const moduleFile = join(import.meta.dirname, "../../../canaryctl/src/lab-lock.ts");

/** A process that takes a turn, notes when it has it, and when it gives it back. */
function mover(lock: string) {
  const program = `
    import { appendFileSync } from "node:fs";
    import { setTimeout as pause } from "node:timers/promises";
    import { takeLock } from ${JSON.stringify(moduleFile)};
    const endTurn = await takeLock("set-traffic 80 20", (line) => console.log(line), ${JSON.stringify(join(folder, lock))});
    appendFileSync(${JSON.stringify(join(folder, "log"))}, "in ");
    await pause(700);
    appendFileSync(${JSON.stringify(join(folder, "log"))}, "out ");
    endTurn();`;
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--input-type=module-typescript", "-e", program, "canaryctl"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  return once(child, "close").then(([code]) => ({ code, said }));
}

test("two moves of a stack act one after the other, and the second says for whom it waits", async () => {
  const ended = await Promise.all([mover("move.dev.lock"), mover("move.dev.lock")]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("in out in out ");
  expect(ended.map(({ said }) => said).join("")).toMatch(
    /^`canaryctl set-traffic 80 20` is running \(process \d+\): waiting for it to end\.\n$/,
  );
  expect(readdirSync(folder)).toEqual(["log"]);
});

test("moves of two stacks wait for nobody", async () => {
  const ended = await Promise.all([mover("move.dev.lock"), mover("move.staging.lock")]);
  expect(ended).toEqual([
    { code: 0, said: "" },
    { code: 0, said: "" },
  ]);
});
