import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { cgroupFolders, cgroupObstacle, handedDown, removeCgroups } from "../../../src/node/machine/cgroups.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (name: string, content: string) => writeFileSync(join(root, name), content);

describe("version 1", () => {
  test("has a group of the cluster per controller, and hands nothing down", () => {
    for (const name of ["cpu", "memory"]) mkdirSync(join(root, name));
    expect(cgroupFolders(root).sort()).toEqual([join(root, "cpu", "canary-lab"), join(root, "memory", "canary-lab")]);
    expect(handedDown(root)).toEqual([]);
    expect(cgroupObstacle(root)).toBeUndefined();
  });
});

describe("version 2", () => {
  test("has one group of the cluster", () => {
    write("cgroup.controllers", "cpu memory pids\n");
    mkdirSync(join(root, "system.slice"));
    expect(cgroupFolders(root)).toEqual([join(root, "canary-lab")]);
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
  });

  test.each(["domain threaded", "threaded", "domain invalid"])("is refused in a group of type %s", (type) => {
    write("cgroup.controllers", "cpu memory pids\n");
    write("cgroup.type", `${type}\n`);
    expect(cgroupObstacle(root)?.toText()).toContain(`of type "${type}"`);
    write("cgroup.type", "domain\n");
    expect(cgroupObstacle(root)).toBeUndefined();
  });

  test("hands down again what it did before, and keeps every other group", () => {
    write("cgroup.controllers", "cpu memory pids\n");
    write("cgroup.subtree_control", "cpu memory\n");
    for (const group of ["canary-lab/kubepods/pod1", "system.slice"]) mkdirSync(join(root, group), { recursive: true });
    removeCgroups(["cpu"], root);
    expect(handedDown(root)).toEqual(["-memory"]); // in a plain file; the kernel takes it as a command
    expect(readdirSync(root).sort()).toEqual(["cgroup.controllers", "cgroup.subtree_control", "system.slice"]);
  });

  test("leaves what it hands down where nobody knows what it did before", () => {
    write("cgroup.controllers", "cpu memory pids\n");
    write("cgroup.subtree_control", "cpu memory\n");
    removeCgroups(undefined, root);
    expect(handedDown(root)).toEqual(["cpu", "memory"]);
    expect(existsSync(join(root, "canary-lab"))).toBe(false);
  });
});
