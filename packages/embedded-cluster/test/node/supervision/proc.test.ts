import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import {
  endProcesses,
  identify,
  isAlive,
  isNodeProgram,
  markedProcesses,
  parseMark,
  parseStat,
  renderMark,
} from "../../../src/node/supervision/proc.ts";

const stat = (state: string, command = "etcd") =>
  `4711 (${command}) ${state} 42 4711 4712 0 -1 4194560 1 0 0 0 5 3 0 0 20 0 9 0 987654 1271660544 9 18446744073709551615`;

describe("/proc/PID/stat", () => {
  test("gives session and time of start", () => {
    expect(parseStat(stat("S"))).toEqual({ session: 4712, startTicks: 987654 });
  });
  test("is read right whatever the command is called", () => {
    expect(parseStat(stat("S", "a) Z 1 (b"))).toEqual({ session: 4712, startTicks: 987654 });
  });
  test("of a zombie counts as ended", () => expect(parseStat(stat("Z"))).toBeUndefined());
  test("that is not there counts as ended", () => expect(parseStat("")).toBeUndefined());
});

test.each(["kubelet", "kube-proxy", "k3s-server", "k3s-agent", "kubelite", "microshift"])(
  "%s makes a machine a Kubernetes node",
  (comm) => expect(isNodeProgram(comm)).toBe(true),
);
test("a command that only talks to one does not", () => expect(isNodeProgram("kubectl")).toBe(false));

describe("the mark in the environment", () => {
  const environ = (mark: Record<string, string>) =>
    Object.entries({ PATH: "/bin", ...mark, HOME: "/" })
      .map(([key, value]) => `${key}=${value}`)
      .join("\0");

  test("is found again, whatever the folder is called", () => {
    const mark = { home: "/home/me and you/.lab", nodeId: "id", name: "etcd", digest: "abc" };
    expect(parseMark(environ(renderMark(mark)))).toEqual(mark);
  });
  test("of somebody else's variable is none", () => {
    expect(parseMark(environ({ CANARY_LAB_PROCESS: "yes" }))).toBeUndefined();
    expect(parseMark(environ({ CANARY_LAB_PROCESS: '{"lab":1}' }))).toBeUndefined();
  });
  test("is not there", () => expect(parseMark(environ({}))).toBeUndefined());
});

describe("a process", () => {
  const start = (mark = {}, script = "setInterval(() => {}, 1000)") =>
    spawn(process.execPath, ["-e", script], { env: mark, detached: true });

  test("is found by its mark, and ended", async () => {
    const home = `/tmp/test-${process.pid}/.lab`;
    const child = start(renderMark({ home, nodeId: "id", name: "etcd", digest: "abc" }));
    await once(child, "spawn");
    const found = markedProcesses().filter((one) => one.home === home);
    expect(found).toEqual([expect.objectContaining({ pid: child.pid, name: "etcd", digest: "abc", isLeader: true })]);
    await endProcesses(found, 2000);
    expect(found.some(isAlive)).toBe(false);
  });

  test("that another one started is not taken for it, not even as an orphan", async () => {
    const home = `/tmp/test-orphan-${process.pid}/.lab`;
    const script = 'require("node:child_process").spawn("sleep", ["60"]); setInterval(() => {}, 1000)';
    const child = start(renderMark({ home, nodeId: "id", name: "containerd", digest: "abc" }), script);
    const mine = () => markedProcesses().filter((one) => one.home === home);
    while (mine().length < 2) await sleep(20);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(mine().map(({ isLeader }) => isLeader)).toEqual([false]);
    await endProcesses(mine(), 0);
  });

  test("whose pid belongs to another by now is left alone", async () => {
    const child = start();
    await once(child, "spawn");
    const identity = identify(child.pid ?? 0);
    expect(identity).toBeDefined();
    const reused = { pid: child.pid ?? 0, startTicks: (identity?.startTicks ?? 0) - 1 };
    expect(isAlive(reused)).toBe(false);
    await endProcesses([reused], 0);
    expect(identity && isAlive(identity)).toBe(true);
    child.kill("SIGKILL");
  });
});
