import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { withLock } from "../src/lock.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  file = join(folder, "below", "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const silent = () => undefined;

/** Another process that takes the lock, says so, and holds it until it is killed. */
async function startHolder(): Promise<ReturnType<typeof spawn>> {
  const source = `
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, "..", "src", "lock.ts"))};
    await withLock(${JSON.stringify(file)}, () => {}, () => new Promise(() => {
      console.log("held");
      setInterval(() => {}, 1000);
    }), "the other run");
  `;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module-typescript", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  return child;
}

describe("a lock", () => {
  test("is held by one run at a time, however many want it", async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(5);
      inside--;
    };
    await Promise.all(Array.from({ length: 12 }, () => withLock(file, silent, work)));
    expect(most).toBe(1);
  });

  test("leaves no file behind, and gives back what the work gave, or its error", async () => {
    const seen = await withLock(file, silent, async () => statSync(file).mode & 0o777);
    expect(seen).toBe(0o600);
    await expect(withLock(file, silent, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });

  test("of a run that is killed is free at once, and who waits is told for whom", async () => {
    const other = await startHolder();
    const waits: string[] = [];
    let hasIt = false;
    const mine = withLock(
      file,
      (holder) => {
        waits.push(holder);
        expect(hasIt).toBe(false);
        other.kill("SIGKILL");
      },
      async () => {
        hasIt = true;
      },
    );
    await mine;
    expect(waits).toEqual(["the other run"]);
  });

  test("is not taken through a link, nor in a file that others can write", async () => {
    const target = join(folder, "target");
    writeFileSync(target, "");
    const link = join(folder, "link");
    symlinkSync(target, link);
    await expect(withLock(link, silent, async () => undefined)).rejects.toThrow(/ELOOP/);
    chmodSync(target, 0o666);
    await expect(withLock(target, silent, async () => undefined)).rejects.toThrow(/Another user can write/);
  });
});
