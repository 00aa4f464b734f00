import { describe, expect, test } from "@jest/globals";
import { hasCapability } from "../../../src/node/machine/capabilities.ts";
import { pathObstacle, platformObstacle, portObstacles, rightsObstacle } from "../../../src/node/machine/preflight.ts";
import { exampleCommands } from "../node-spec.ts";

const all = "CapEff:\t000001ffffffffff\n";

describe("in the way is", () => {
  test.each([
    ["darwin", "arm64"],
    ["linux", "arm64"],
  ])("%s %s, and what is allowed is said", (platform, arch) => {
    expect(platformObstacle(platform, arch)).toMatchObject({ allowed: "linux x64" });
  });
  test("a user who is not root, and the command to run is said", () => {
    expect(rightsObstacle(1000, all, "lab up")).toMatchObject({ message: /needs root/, next: "sudo lab up" });
  });
  test("a root without the capabilities", () => {
    expect(rightsObstacle(0, "CapEff:\t00000000a80425fb\n", "lab up")?.message).toMatch(
      /CAP_NET_ADMIN and CAP_SYS_ADMIN/,
    );
  });
  test("a folder whose sockets would have too long a name", () => {
    expect(pathObstacle(`/home/${"x".repeat(80)}/.lab`, exampleCommands)?.message).toMatch(/too long/);
  });
  test("each port that another program listens on, and none of an embedded cluster's", () => {
    const listeners = [
      { address: "127.0.0.1", port: 16379, inode: 1 },
      { address: "*", port: 6443, inode: 2 },
      { address: "198.18.0.1", port: 5001, inode: 3 },
      { address: "127.0.0.1", port: 5432, inode: 4 },
    ];
    const owners = new Map([
      [1, { pid: 11, command: "etcd", home: "/gone/.lab" }],
      [2, { pid: 12, command: "nginx", home: undefined }],
    ]);
    const found = portObstacles(listeners, exampleCommands, (inode) => owners.get(inode));
    expect(found.map(({ message, place, next }) => [message, place, next])).toEqual([
      ["Port 6443 on 198.18.0.1 is taken.", "process 12: nginx", "kill 12, then run: lab up"],
      ["Port 5001 on 198.18.0.1 is taken.", "a listener on 198.18.0.1:5001", "end that program, then run: lab up"],
    ]);
  });
});

test("nothing is in the way where all is fine", () => {
  expect(platformObstacle("linux", "x64")).toBeUndefined();
  expect(rightsObstacle(0, all, "lab up")).toBeUndefined();
  expect(pathObstacle("/home/me/canary-lab/.lab", exampleCommands)).toBeUndefined();
});

test("a capability is read from the effective set", () => {
  expect(hasCapability(all, "CAP_SYS_RESOURCE")).toBe(true);
  expect(hasCapability("CapEff:\t000001fffeffffff\n", "CAP_SYS_RESOURCE")).toBe(false);
});
