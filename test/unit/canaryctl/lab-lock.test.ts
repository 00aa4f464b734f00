import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
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
      expect(existsSync(file)).toBe(true);
      throw new Error("it failed");
    };
    await expect(exclusively("up", listener(), work, file)).rejects.toThrow("it failed");
    expect(existsSync(file)).toBe(false);
  });

  test("takes over from a process that was killed", async () => {
    const file = lockFile();
    await exclusively("up", listener(), async () => {}, file);
    writeFileSync(file, `${2 ** 22 + 1} up\n`);
    const progress = listener();
    expect(await exclusively("up", progress, async () => "done", file)).toBe("done");
    expect(progress.lines).toEqual([]);
  });

  test("waits for one that runs, and says so", async () => {
    const file = lockFile();
    await exclusively("up", listener(), async () => {}, file);
    // A process whose command line names canaryctl, as a real one's does.
    const holder = spawn(process.execPath, ["-e", "setTimeout(() => {}, 800)", "canaryctl"], { stdio: "ignore" });
    writeFileSync(file, `${holder.pid} down\n`);
    const progress = listener();
    await exclusively("up", progress, async () => {}, file);
    expect(holder.exitCode).toBe(0);
    expect(progress.lines).toEqual([`\`canaryctl down\` is running (process ${holder.pid}): waiting for it to end.`]);
  });
});
