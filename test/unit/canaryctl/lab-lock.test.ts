import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { isAlive } from "../../../canaryctl/src/engine/process-alive.ts";
import { exclusively } from "../../../canaryctl/src/lab-lock.ts";

const lockFile = () => join(mkdtempSync(join(tmpdir(), "lock-")), ".lab", "canaryctl.lock");

function listener() {
  const lines: string[] = [];
  return { lines, say: (line: string) => void lines.push(line) };
}

describe("exclusively", () => {
  test("holds the lock while it works, and not after a failure", async () => {
    const file = lockFile();
    const work = async () => {
      expect(readdirSync(dirname(file))).toEqual([expect.stringMatching(`^canaryctl.lock.${process.pid}\\.`)]);
      throw new Error("it failed");
    };
    await expect(exclusively("up", listener(), work, file)).rejects.toThrow("it failed");
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("takes over from a process that was killed", async () => {
    const file = lockFile();
    await exclusively("up", listener(), async () => {}, file);
    writeFileSync(`${file}.${2 ** 22 + 1}`, "up\n");
    const progress = listener();
    expect(await exclusively("up", progress, async () => "done", file)).toBe("done");
    expect(progress.lines).toEqual([]);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("a process that is not seen from here lives as long as it touches its file", async () => {
    const file = lockFile();
    await exclusively("up", listener(), async () => {}, file);
    const elsewhere = `${file}.${process.pid}.other-host-pid-1`;
    writeFileSync(elsewhere, "down\n");
    utimesSync(elsewhere, new Date(), new Date(Date.now() - 58_500));
    const progress = listener();
    const began = Date.now();
    await exclusively("up", progress, async () => {}, file);
    expect(Date.now() - began).toBeGreaterThan(1000);
    expect(progress.lines).toEqual([
      `\`canaryctl down\` is running (process ${process.pid} of another host or container): waiting for it to end.`,
    ]);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("waits for one that runs, and says so", async () => {
    const file = lockFile();
    await exclusively("up", listener(), async () => {}, file);
    // As a real one: its command line names canaryctl, and it announces itself. Just after a spawn the command line can still be empty.
    const announce = `require("node:fs").writeFileSync(${JSON.stringify(`${file}.`)} + process.pid, "down\\n");`;
    const program = `${announce} console.log("in"); setTimeout(() => {}, 800)`;
    const holder = spawn(process.execPath, ["-e", program, "canaryctl"], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(holder, "exit");
    await once(holder.stdout, "data");
    const progress = listener();
    const aliveAtWork = await exclusively("up", progress, async () => isAlive(Number(holder.pid), "canaryctl"), file);
    expect(aliveAtWork).toBe(false);
    expect(progress.lines).toEqual([`\`canaryctl down\` is running (process ${holder.pid}): waiting for it to end.`]);
    expect((await ended)[0]).toBe(0);
  });

  test("lets one in at a time of several that find the same dead one", async () => {
    const file = lockFile();
    await exclusively("up", listener(), async () => {}, file);
    writeFileSync(`${file}.${2 ** 22 + 1}`, "up\n");
    const log = join(dirname(dirname(file)), "log");
    const lock = join(import.meta.dirname, "../../../canaryctl/src/lab-lock.ts");
    const program = `
      import { appendFileSync } from "node:fs";
      import { setTimeout as pause } from "node:timers/promises";
      import { exclusively } from ${JSON.stringify(lock)};
      await exclusively("up", { say() {} }, async () => {
        appendFileSync(${JSON.stringify(log)}, "in ");
        await pause(100);
        appendFileSync(${JSON.stringify(log)}, "out ");
      }, ${JSON.stringify(file)});`;
    const processes = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ["--input-type=module-typescript", "-e", program, "canaryctl"], { stdio: "inherit" }),
    );
    const codes = await Promise.all(processes.map(async (one) => (await once(one, "exit"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(readFileSync(log, "utf8")).toBe("in out ".repeat(3));
  }, 30_000);
});
