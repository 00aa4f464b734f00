import { describe, expect, test } from "@jest/globals";
import { renderFootprint } from "../../../src/node/machine/footprint.ts";
import { reachableNameServers } from "../../../src/node/machine/host.ts";
import { mountsBelow } from "../../../src/node/machine/mounts.ts";
import { isLabResult, listeningSockets } from "../../../src/node/machine/outside.ts";
import { findListener, parseListeners } from "../../../src/node/network/listeners.ts";
import { overlaps, parseRoutes } from "../../../src/node/network/routes.ts";
import { exampleSpec } from "../node-spec.ts";

describe("mounts", () => {
  const mountinfo = [
    "22 1 254:0 / / rw - ext4 /dev/vda rw",
    "40 22 254:0 /x /home/me/.lab/node/kubelet rw shared:1 - ext4 /dev/vda rw",
    "41 40 0:50 / /home/me/.lab/node/kubelet/pods/1/volumes/token rw - tmpfs tmpfs rw",
    "42 22 0:51 / /home/me/.lab/node-other rw - tmpfs tmpfs rw",
    "43 22 0:52 / /home/me/.lab/node/with\\040space rw - tmpfs tmpfs rw",
    "",
  ].join("\n");

  test("below a folder come deepest first, and no neighbour's with them", () => {
    expect(mountsBelow(mountinfo, "/home/me/.lab/node")).toEqual([
      "/home/me/.lab/node/kubelet/pods/1/volumes/token",
      "/home/me/.lab/node/with space",
      "/home/me/.lab/node/kubelet",
    ]);
  });
});

describe("listeners", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:3FFB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1
   1: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1002 1
   2: 0100007F:0050 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 1003 1
`;
  const table6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:1389 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1004 1
   1: 0000000000000000FFFF0000010012C6:280A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1005 1
`;
  const listeners = [...parseListeners(table), ...parseListeners(table6)];

  test("are read from both tables; a connection is none", () => {
    expect(listeners).toEqual([
      { address: "127.0.0.1", port: 16379, inode: 1001 },
      { address: "*", port: 6443, inode: 1002 },
      { address: "*", port: 5001, inode: 1004 },
      { address: "198.18.0.1", port: 10250, inode: 1005 },
    ]);
  });
  test("are in the way on their own address, and on every one where they listen on all", () => {
    expect(findListener(listeners, "127.0.0.1", 16379)?.inode).toBe(1001);
    expect(findListener(listeners, "198.18.0.1", 16379)).toBeUndefined();
    expect(findListener(listeners, "198.18.0.1", 6443)?.inode).toBe(1002);
    expect(findListener(listeners, "198.18.0.1", 80)).toBeUndefined();
  });
});

describe("routes", () => {
  test("are read, the default one left out", () => {
    const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000
tun0\t000012C6\t00000000\t0001\t0\t0\t0\t0000FEFF
`;
    expect(parseRoutes(table)).toEqual([{ link: "tun0", network: "198.18.0.0/15" }]);
  });
  test("that together make a default route are left out as well, and those of anybody's network are not", () => {
    const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask
tun0\t00000000\t010200C0\t0003\t0\t0\t0\t00000080
tun0\t00000080\t010200C0\t0003\t0\t0\t0\t00000080
tun0\t00000008\t010200C0\t0003\t0\t0\t0\t000000F8
tun1\t0000000A\t010200C0\t0003\t0\t0\t0\t000000FF
`;
    expect(parseRoutes(table)).toEqual([{ link: "tun1", network: "10.0.0.0/8" }]);
  });
  test.each([
    ["198.18.5.0/24", true],
    ["198.19.255.255/32", true],
    ["198.0.0.0/8", true],
    ["198.20.0.0/16", false],
    ["192.168.0.0/16", false],
  ])("%s overlaps with the lab's network: %s", (network, expected) => {
    expect(overlaps(network, "198.18.0.0/15")).toBe(expected);
  });
});

describe("files outside the lab folder", () => {
  test("of the lab's networks are known by name", () => {
    expect(isLabResult("canary-lab-0123-eth0")).toBe(true);
    expect(isLabResult("podman-0123-eth0")).toBe(false);
  });
  test("sockets that somebody listens on are told from dead ones", () => {
    const unix = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 17 /run/containerd/s/abc
0000000000000000: 00000003 00000000 00000000 0001 03 18
`;
    expect([...listeningSockets(unix)]).toEqual(["/run/containerd/s/abc"]);
  });
});

describe("the host", () => {
  test("gives the name servers that a pod can reach", () => {
    expect(
      reachableNameServers("# x\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver ::1\nsearch a\n"),
    ).toEqual(["192.0.2.1"]);
  });
});

test("the footprint names everything that `down` has to undo", () => {
  const text = renderFootprint(exampleSpec().addresses).join("\n");
  for (const part of [
    "canary-lab0",
    "198.18.0.1:6443",
    "KUBE-*",
    "net.ipv4.ip_forward",
    "/canary-lab",
    "/var/lib/cni",
    "owner.json",
  ])
    expect(text).toContain(part);
});
