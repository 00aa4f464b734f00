import { describe, expect, test } from "@jest/globals";
import { hasCapability } from "../../../src/node/machine/capabilities.ts";
import {
  networkObstacle,
  pathObstacle,
  platformObstacle,
  portObstacles,
  rightsObstacle,
} from "../../../src/node/machine/preflight.ts";
import { exampleCommands, exampleSpec } from "../node-spec.ts";

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
    const found = portObstacles(listeners, exampleSpec().addresses, exampleCommands, (inode) => owners.get(inode));
    expect(found.map(({ message, place, first, next }) => [message, place, first, next])).toEqual([
      ["Port 6443 on 198.18.0.1 is taken.", "process 12: nginx", undefined, "kill 12 && lab up"],
      ["Port 5001 on 198.18.0.1 is taken.", "a listener on 198.18.0.1:5001", "end that program", "lab up"],
    ]);
  });
});

describe("a network that somebody has", () => {
  const upIn = (network: string) => `lab up --network ${network}`;
  const obstacle = (networks: readonly string[], isMade = false) =>
    networkObstacle(
      networks.map((network) => ({ link: "tun0", network })),
      { network: "198.18.0.0/15" },
      { ...exampleCommands, upIn },
      isMade,
    );
  test.each([
    ["a VPN's, as of Clash and Surge", ["198.18.0.1/30"], "lab up --network 10.200.0.0/15"],
    ["a VPN's and a company's", ["198.18.0.0/16", "10.0.0.0/8"], "lab up --network 172.20.0.0/15"],
    ["every one that could be proposed", ["198.18.0.0/15", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], "lab up"],
  ])("is refused with the way out: %s", (_, networks, next) => {
    expect(obstacle(networks)).toMatchObject({
      message: `The network ${networks[0]} overlaps with the embedded cluster's 198.18.0.0/15.`,
      place: "link tun0",
      next,
    });
  });
  test("takes a node that was made in it down first", () => {
    expect(obstacle(["198.18.0.1/30"], true)?.next).toBe("lab down && lab up --network 10.200.0.0/15");
  });
  test("is not in the way elsewhere, nor on the cluster's own bridge", () => {
    expect(obstacle(["10.0.0.0/8", "198.20.0.0/16"])).toBeUndefined();
    const own = [{ link: "canary-lab0", network: "10.200.0.0/16" }];
    expect(networkObstacle(own, { network: "198.18.0.0/15" }, exampleCommands, true)).toBeUndefined();
    expect(networkObstacle(own, { network: "10.200.0.0/15" }, exampleCommands, true)).toBeUndefined();
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
