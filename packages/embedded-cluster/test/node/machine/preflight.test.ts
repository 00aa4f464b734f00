import { describe, expect, test } from "@jest/globals";
import { otherLiveLab } from "../../../src/node/machine/owner.ts";
import { refuseLongPath, refusePlatform, refuseRights } from "../../../src/node/machine/preflight.ts";
import type { MarkedProcess } from "../../../src/node/supervision/proc.ts";

const all = "CapEff:\t000001ffffffffff\n";

describe("the preflight refuses", () => {
  test.each([
    ["darwin", "arm64"],
    ["linux", "arm64"],
  ])("%s %s, and says what is allowed", (platform, arch) => {
    expect(() => refusePlatform(platform, arch)).toThrow(expect.objectContaining({ allowed: "linux x64" }));
  });
  test("a user who is not root, and says what to do", () => {
    expect(() => refuseRights(1000, all)).toThrow(/needs root/);
    expect(() => refuseRights(1000, all)).toThrow(expect.objectContaining({ next: expect.stringContaining("sudo") }));
  });
  test("a root in name only", () => {
    expect(() => refuseRights(0, "CapEff:\t00000000a80425fb\n")).toThrow(/CAP_NET_ADMIN and CAP_SYS_ADMIN/);
  });
  test("a folder whose sockets would have too long a name", () => {
    expect(() => refuseLongPath(`/home/${"x".repeat(80)}/.lab`)).toThrow(/too long/);
  });
});

test("the preflight lets pass what is fine", () => {
  refusePlatform("linux", "x64");
  refuseRights(0, all);
  refuseLongPath("/home/me/canary-lab/.lab");
});

describe("another lab", () => {
  const lab = "/home/me/.lab";
  const process = (more: Partial<MarkedProcess>): MarkedProcess => ({
    pid: 1,
    isLeader: true,
    startTicks: 1,
    lab: "/home/you/.lab",
    name: "etcd",
    digest: "abc",
    command: "etcd",
    ...more,
  });
  const find = (one: MarkedProcess, folderExists = true) => otherLiveLab(lab, [one], () => folderExists);

  test("is alive while one of its processes is", () => expect(find(process({}))).toBe("/home/you/.lab"));
  test("is not this one", () => expect(find(process({ lab }))).toBeUndefined());
  test("is dead when only containers are left", () =>
    expect(
      find(process({ name: "containerd", command: "containerd-shim-runc-v2 -id 1", isLeader: false })),
    ).toBeUndefined());
  test("is dead when its folder was deleted", () => expect(find(process({}), false)).toBeUndefined());
});
