import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { byProc, byPs, commandStart, engineAge, type Running } from "../../../../stacks/live/command-start.ts";

const table = (processes: Readonly<Record<number, Running>>) => (pid: number) => processes[pid];

describe("the age of the engine", () => {
  test("is that of the nearest process above that is called pulumi, the first of a container too", () => {
    const running = table({
      40: { parent: 30, name: "node", seconds: 1 },
      30: { parent: 20, name: "pulumi", seconds: 60 },
      20: { parent: 1, name: "pulumi", seconds: 900 },
    });
    expect(engineAge(running, 40)).toBe(60);
    expect(
      engineAge(table({ 7: { parent: 1, name: "node", seconds: 1 }, 1: { parent: 0, name: "pulumi", seconds: 9 } }), 7),
    ).toBe(9);
  });

  test("is unknown where there is none, or a process cannot be looked up", () => {
    expect(
      engineAge(
        table({ 40: { parent: 1, name: "canaryctl", seconds: 5 }, 1: { parent: 0, name: "init", seconds: 9 } }),
        40,
      ),
    ).toBeUndefined();
    expect(engineAge(table({}), 40)).toBeUndefined();
  });

  test.each([
    ["the kernel", byProc],
    ["ps", byPs],
  ])("is read from %s", async (_, read) => {
    const program = join(mkdtempSync(join(tmpdir(), "engine-")), "pulumi");
    copyFileSync("/bin/sleep", program);
    chmodSync(program, 0o700);
    const began = performance.now();
    const child = spawn(program, ["60"], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      const { pid = 0 } = child;
      const before = (performance.now() - began) / 1000;
      const { parent, name, seconds } = read(pid);
      expect({ parent, name }).toEqual({ parent: process.pid, name: "pulumi" });
      expect(Math.abs(seconds - before)).toBeLessThan(2);
    } finally {
      child.kill();
      await once(child, "exit");
    }
  });
});

describe("the start of the command", () => {
  const answering = (metadata: object) => ({ create: async <T>() => ({ metadata }) as T });

  test("is by the API server's clock, whatever the time is here", async () => {
    const client = answering({ creationTimestamp: "2031-05-01T12:00:00Z" });
    expect(await commandStart(client, () => 90)).toBe(Date.parse("2031-05-01T11:58:30Z"));
  });

  test("takes the age after the answer: a slow one makes it earlier", async () => {
    const ages = [90, 100];
    const client = answering({ creationTimestamp: "2031-05-01T12:00:00Z" });
    expect(await commandStart(client, () => ages.shift())).toBe(Date.parse("2031-05-01T11:58:20Z"));
  });

  test("is unknown without an engine above, where nothing is asked, and from a server that does not say", async () => {
    const silent = { create: () => Promise.reject(new Error("was asked")) };
    expect(await commandStart(silent, () => undefined)).toBeUndefined();
    expect(await commandStart(answering({ creationTimestamp: null }), () => 90)).toBeUndefined();
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", code: 404 } as const;
    const old = { create: () => Promise.reject(new ApiError(404, "not found", "/", status)) };
    expect(await commandStart(old, () => 90)).toBeUndefined();
  });
});
