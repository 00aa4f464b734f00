import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  downCommand,
  ensureNodeId,
  lookForClusters,
  readNodeId,
  readOwner,
  takeMachine,
} from "../../../src/node/machine/owner.ts";
import type { MarkedProcess } from "../../../src/node/supervision/proc.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "owner-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the clusters on a machine", () => {
  const home = "/home/me/.lab";
  const other = "/home/you/.lab";
  const process = (more: Partial<MarkedProcess> = {}): MarkedProcess => ({
    pid: 1,
    isLeader: true,
    startTicks: 1,
    home: other,
    nodeId: `id of ${more.home ?? other}`,
    name: "etcd",
    digest: "abc",
    command: "etcd",
    ...more,
  });
  const state = (path: string) => `id of ${path}`;
  const noState = () => "";

  test("another one is alive while one of its processes runs and its state is there", () => {
    expect(lookForClusters(home, [process()], null, state)).toEqual({
      otherAlive: other,
      otherDead: [],
      isAlive: false,
      isLost: false,
    });
  });
  test.each([
    ["only containers are left", [process({ isLeader: false })], state],
    ["its state was deleted", [process()], noState],
    ["its folder holds another node by now", [process({ nodeId: "older" })], state],
    ["its processes name no node, and there is none", [process({ nodeId: "" })], noState],
  ] as const)("another one is dead when %s", (_, processes, nodeIdIn) => {
    expect(lookForClusters(home, processes, null, nodeIdIn)).toMatchObject({
      otherAlive: undefined,
      otherDead: [other],
    });
  });
  test("another one of which only the note is left is dead", () => {
    expect(lookForClusters(home, [], { home: other }, noState).otherDead).toEqual([other]);
  });
  test("this one is alive, and not another", () => {
    expect(lookForClusters(home, [process({ home })], { home }, state)).toEqual({
      otherAlive: undefined,
      otherDead: [],
      isAlive: true,
      isLost: false,
    });
  });
  test("this one is lost when its state was deleted while it ran, or after its processes were killed", () => {
    expect(lookForClusters(home, [process({ home })], { home }, noState)).toMatchObject({
      isAlive: false,
      isLost: true,
    });
    expect(lookForClusters(home, [], { home }, noState).isLost).toBe(true);
  });
  test("this one is not lost before its first start", () => {
    expect(lookForClusters(home, [], null, noState).isLost).toBe(false);
  });
});

test("the id of a node stays until its state is deleted, and a torn one is replaced", () => {
  expect(readNodeId(folder)).toBe("");
  const id = ensureNodeId(folder);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(ensureNodeId(folder)).toBe(id);
  for (const torn of ["", id.slice(0, 20), "\0".repeat(37)]) {
    writeFileSync(join(folder, "node", "id"), torn);
    expect(ensureNodeId(folder)).toMatch(/^[0-9a-f-]{36}$/);
  }
});

describe("the note of who changed the machine", () => {
  const file = () => join(folder, "run", "owner.json");
  test("keeps what the machine was like before the first cluster", () => {
    takeMachine("/a/.lab", file());
    const first = readOwner(file());
    takeMachine("/b/.lab", file());
    expect(readOwner(file())).toEqual({ ...first, home: "/b/.lab" });
  });
  test.each(["", '{"home":"/a/.l', "[]", "null", "{}"])(
    "that holds %j is as good as none, and is written anew",
    (content) => {
      mkdirSync(join(folder, "run"));
      writeFileSync(file(), content);
      expect(readOwner(file())).toBeUndefined();
      takeMachine("/a/.lab", file());
      expect(readOwner(file())?.home).toBe("/a/.lab");
    },
  );
});

describe("the command that takes another cluster down", () => {
  test("is the one of the checkout around it, where that can run it", () => {
    writeFileSync(join(folder, "package.json"), '{"scripts":{"down":"canaryctl down"}}');
    mkdirSync(join(folder, "node_modules"));
    expect(downCommand(join(folder, ".lab"))).toBe(`cd ${folder} && npm run down`);
  });
  test("is the one of this package where the checkout is gone, has no packages, or never was", () => {
    expect(downCommand(join(folder, ".lab"))).toBe(`npx embedded-cluster down --home ${folder}/.lab`);
    writeFileSync(join(folder, "package.json"), '{"scripts":{"down":"canaryctl down"}}');
    expect(downCommand(join(folder, ".lab"))).toBe(`npx embedded-cluster down --home ${folder}/.lab`);
    expect(downCommand("/home/me and you/.lab")).toBe("npx embedded-cluster down --home '/home/me and you/.lab'");
  });
});
