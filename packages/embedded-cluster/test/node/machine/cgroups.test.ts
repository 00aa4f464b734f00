import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { kernelOf, makeSplitRoot, makeUnifiedRoot } from "./fake-cgroups.ts";

let root: string;
jest.unstable_mockModule("node:fs", () => kernelOf(() => root));
const { cgroupFolders, cgroupObstacle, cgroupPids, handedDown, labCgroups, makeCgroups, removeCgroups } = await import(
  "../../../src/node/machine/cgroups.ts"
);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (name: string, content: string) => writeFileSync(join(root, name), content);
const words = (name: string) => readFileSync(join(root, name), "utf8").split(/\s+/).filter(Boolean);

/** Everything below the root: each file with its words. */
const snapshot = () =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(root.length + 1);
      return [path, ...(entry.isDirectory() ? [] : words(path))];
    })
    .sort();

/** A group with a process in it, as a pod has one. */
function startPod(group: string, pid: string): void {
  const { mkdirSync: makeGroup } = kernelOf(() => root);
  makeGroup(join(root, group));
  write(`${group}/cgroup.procs`, `${pid}\n`);
}

describe("version 1", () => {
  beforeEach(() => makeSplitRoot(root, "cpu memory pids"));

  test("has a group of the cluster per controller, and hands nothing down", () => {
    expect(cgroupFolders(root).sort()).toEqual(["cpu", "memory", "pids"].map((name) => join(root, name, "canary-lab")));
    expect(cgroupObstacle(root)).toBeUndefined();
    makeCgroups(root);
    makeCgroups(root); // it can be repeated
    expect(labCgroups(root).sort()).toEqual(cgroupFolders(root).sort());
    expect(handedDown(root)).toEqual([]);
  });

  test("is what it was before, after down", () => {
    const before = snapshot();
    makeCgroups(root);
    startPod("memory/canary-lab/kubepods/pod1", "42");
    expect(cgroupPids(root)).toEqual([42]);
    write("memory/canary-lab/kubepods/pod1/cgroup.procs", "");
    removeCgroups([], root);
    expect(snapshot()).toEqual(before);
  });

  test("keeps a group that is busy, which is named then", () => {
    makeCgroups(root);
    startPod("cpu/canary-lab/pod1", "42");
    removeCgroups([], root);
    expect(labCgroups(root)).toEqual([join(root, "cpu/canary-lab/pod1"), join(root, "cpu/canary-lab")]);
  });
});

describe("version 2", () => {
  test("has one group of the cluster, which gets what the kubelet asks for of what there is", () => {
    makeUnifiedRoot(root, "cpuset cpu io memory pids");
    expect(cgroupFolders(root)).toEqual([join(root, "canary-lab")]);
    makeCgroups(root);
    makeCgroups(root); // it can be repeated
    const controllers = ["cpu", "cpuset", "memory", "pids"];
    expect(handedDown(root)).toEqual(controllers);
    expect(words("canary-lab/cgroup.controllers")).toEqual(controllers);
    expect(words("canary-lab/cgroup.subtree_control")).toEqual(controllers);
    expect(labCgroups(root)).toEqual([join(root, "canary-lab")]);
  });

  test("of a container: its processes wait in a group beside, and go back with down", () => {
    makeUnifiedRoot(root, "cpu memory pids", { pids: ["1", "7"] });
    const before = snapshot();
    makeCgroups(root);
    expect(words("cgroup.procs")).toEqual([]);
    expect(words("canary-lab-init/cgroup.procs")).toEqual(["1", "7"]);
    expect(handedDown(root)).toEqual(["cpu", "memory", "pids"]);
    expect(cgroupPids(root)).toEqual([]); // down kills what is in the cluster's group, and these are not
    removeCgroups([], root);
    expect(snapshot()).toEqual(before);
  });

  test("what was there before up is there after down, and no more", () => {
    makeUnifiedRoot(root, "cpu memory pids");
    const { mkdirSync: makeGroup, writeFileSync: change } = kernelOf(() => root);
    makeGroup(join(root, "system.slice"));
    change(join(root, "cgroup.subtree_control"), "+cpu");
    const before = [snapshot(), handedDown(root)] as const;
    makeCgroups(root);
    startPod("canary-lab/kubepods/pod1", "42");
    expect(cgroupPids(root)).toEqual([42]);
    write("canary-lab/kubepods/pod1/cgroup.procs", "");
    removeCgroups(before[1], root);
    expect(snapshot()).toEqual(before[0]);
  });

  test("keeps handing down what another group has come to use", () => {
    makeUnifiedRoot(root, "cpu memory pids");
    const { mkdirSync: makeGroup, writeFileSync: change } = kernelOf(() => root);
    makeCgroups(root);
    makeGroup(join(root, "other.slice"));
    change(join(root, "other.slice", "cgroup.subtree_control"), "+memory");
    removeCgroups([], root);
    expect(handedDown(root)).toEqual(["memory"]);
    expect(existsSync(join(root, "canary-lab"))).toBe(false);
  });

  test("leaves what it hands down where nobody knows what it did before", () => {
    makeUnifiedRoot(root, "cpu memory pids");
    makeCgroups(root);
    removeCgroups(undefined, root);
    expect(handedDown(root)).toEqual(["cpu", "memory", "pids"]);
    expect(existsSync(join(root, "canary-lab"))).toBe(false);
  });

  test("that cannot be set up is refused, with the way out", () => {
    makeUnifiedRoot(root, "cpu memory pids");
    write("canary-lab", "in the way");
    expect(() => makeCgroups(root)).toThrow(/cannot be set up: /);
  });

  test.each([
    ["cpuset cpu io memory hugetlb pids\n", undefined],
    ["cpu memory pids\n", undefined],
    ["cpu pids\n", /missing: memory\./],
    ["\n", /missing: cpu, memory, pids\./],
  ])("with the controllers %j", (controllers, fault) => {
    write("cgroup.controllers", controllers);
    const text = cgroupObstacle(root)?.toText();
    if (fault) expect(text).toMatch(fault);
    else expect(text).toBeUndefined();
    if (fault) expect(() => makeCgroups(root)).toThrow(fault);
  });

  test.each(["domain threaded", "threaded", "domain invalid"])("is refused in a group of type %s", (type) => {
    write("cgroup.controllers", "cpu memory pids\n");
    write("cgroup.type", `${type}\n`);
    expect(cgroupObstacle(root)?.toText()).toContain(`of type "${type}"`);
    write("cgroup.type", "domain\n");
    expect(cgroupObstacle(root)).toBeUndefined();
  });
});
