import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@canary-lab/kit/until";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { endOrphans } from "../../../../canaryctl/src/engine/orphans.ts";
import { isAlive } from "../../../../canaryctl/src/engine/process-alive.ts";

let folder: string;
let engine: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "orphans-"));
});
afterEach(() => {
  try {
    process.kill(-(engine.pid as number), "SIGKILL");
  } catch {
    // all have ended
  }
  rmSync(folder, { recursive: true });
});

/** An engine that leads a session and has started a program, which says its process id; then it is killed as by `kill -9`. */
async function killedEngineWith(program: string): Promise<{ engine: number; child: number }> {
  copyFileSync("/bin/sleep", join(folder, program));
  engine = spawn("/bin/sh", ["-c", `${join(folder, program)} 60 & echo $!; wait`], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [said] = await once(engine.stdout as NonNullable<typeof engine.stdout>, "data");
  // The shell says the id before the program has taken its own place there.
  const isStarted = () => readFileSync(`/proc/${Number(said)}/cmdline`, "utf8").startsWith(join(folder, program));
  expect(await until(isStarted, { seconds: 10, everyMilliseconds: 10 })).toBe(true);
  engine.kill("SIGKILL");
  await once(engine, "exit");
  return { engine: engine.pid as number, child: Number(said) };
}

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("a plugin that outlives its engine is ended", async () => {
  const { engine, child } = await killedEngineWith("pulumi-resource-kubernetes");
  expect(isAlive(child, "pulumi-resource-kubernetes")).toBe(true);
  expect(await endOrphans(engine)).toEqual(["pulumi-resource-kubernetes"]);
  expect(isAlive(child, "pulumi-resource-kubernetes")).toBe(false);
});

onLinux("another program of that session is left alone, and so is a plugin of another engine", async () => {
  const { engine, child } = await killedEngineWith("editor");
  expect(await endOrphans(engine)).toEqual([]);
  expect(isAlive(child, "editor")).toBe(true);
  expect(await endOrphans(engine + 1)).toEqual([]);
});
