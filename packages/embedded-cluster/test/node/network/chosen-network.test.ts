import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ensureNodeId } from "../../../src/node/machine/owner.ts";
import { clusterAddresses } from "../../../src/node/network/addresses.ts";
import {
  checkNetwork,
  chosenNetwork,
  defaultNetwork,
  freeNetwork,
  noteNetwork,
} from "../../../src/node/network/chosen-network.ts";

describe("a network is divided", () => {
  test("by default as it was when there was no choice", () => {
    expect(clusterAddresses(defaultNetwork)).toEqual({
      network: "198.18.0.0/15",
      podNetwork: "198.18.0.0/16",
      firstPod: "198.18.1.0",
      lastPod: "198.18.255.254",
      serviceNetwork: "198.19.0.0/16",
      node: "198.18.0.1",
      kubernetesService: "198.19.0.1",
      clusterDns: "198.19.0.10",
      registryHost: "198.18.0.1:5001",
      apiServerUrl: "https://198.18.0.1:6443",
    });
  });
  test("of another place", () => {
    expect(clusterAddresses("10.200.0.0/15")).toMatchObject({
      podNetwork: "10.200.0.0/16",
      lastPod: "10.200.255.254",
      serviceNetwork: "10.201.0.0/16",
      clusterDns: "10.201.0.10",
      registryHost: "10.200.0.1:5001",
      apiServerUrl: "https://10.200.0.1:6443",
    });
  });
  test.each([
    ["172.20.0.0/16", "172.20.0.0/17", "172.20.1.0", "172.20.127.254", "172.20.128.0/17", "172.20.128.10"],
    ["192.168.4.0/22", "192.168.4.0/23", "192.168.5.0", "192.168.5.254", "192.168.6.0/23", "192.168.6.10"],
    ["172.16.0.0/12", "172.16.0.0/13", "172.16.1.0", "172.23.255.254", "172.24.0.0/13", "172.24.0.10"],
  ])("of another size: %s", (network, podNetwork, firstPod, lastPod, serviceNetwork, clusterDns) => {
    expect(clusterAddresses(network)).toMatchObject({ podNetwork, firstPod, lastPod, serviceNetwork, clusterDns });
  });
});

describe("a cluster cannot have", () => {
  const check = (network: string) => () => checkNetwork(network, { place: "here", next: "lab up" });
  test.each(["198.18.0.0/15", "10.200.0.0/15", "172.20.0.0/16", "172.16.0.0/12", "192.168.4.0/22"])(
    "not: it can have %s",
    (network) => expect(check(network)).not.toThrow(),
  );
  test.each([
    ["fd00::/48", '"fd00::/48" is no IPv4 network.'],
    ["10.200.0.0", '"10.200.0.0" is no IPv4 network.'],
    ["10.200.0/15", '"10.200.0/15" is no IPv4 network.'],
    ["10.300.0.0/15", '"10.300.0.0/15" is no IPv4 network.'],
    ["10.0.0.0/08", '"10.0.0.0/08" is no IPv4 network.'],
    ["10.0.0.0/33", '"10.0.0.0/33" is no IPv4 network.'],
    ["10.0.0.0/15 ", '"10.0.0.0/15 " is no IPv4 network.'],
    ["10.0.0.0/8", "The network 10.0.0.0/8 has not the size that a cluster needs."],
    ["10.0.0.0/24", "The network 10.0.0.0/24 has not the size that a cluster needs."],
    ["10.201.0.0/15", "10.201.0.0 is not the first address of a /15: that would be 10.200.0.0/15."],
    ["10.200.0.1/16", "10.200.0.1 is not the first address of a /16: that would be 10.200.0.0/16."],
    ["127.0.0.0/15", "The network 127.0.0.0/15 is not a private one."],
    ["224.0.0.0/15", "The network 224.0.0.0/15 is not a private one."],
    ["169.254.0.0/16", "The network 169.254.0.0/16 is not a private one."],
    ["8.8.0.0/16", "The network 8.8.0.0/16 is not a private one."],
    ["192.168.0.0/15", "The network 192.168.0.0/15 is not a private one."],
  ])("%s", (network, message) => {
    let error: unknown;
    try {
      check(network)();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      message,
      place: "here",
      allowed: "an IPv4 network from /12 to /22 in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 198.18.0.0/15",
      next: "lab up",
    });
  });
});

test("what is proposed is free, and a cluster can have it", () => {
  const taken: string[] = [];
  for (let free = freeNetwork(taken); free !== undefined; free = freeNetwork(taken)) {
    expect(taken).not.toContain(free);
    checkNetwork(free, { place: "", next: "" });
    taken.push(free);
  }
  expect(taken).toHaveLength(4);
});

describe("the network of a cluster", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "network-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const upIn = (network: string) => `lab up --network ${network}`;
  const chosen = (network?: string) =>
    chosenNetwork({
      home,
      cache: "/cache",
      commands: { up: "lab up", down: "lab down", upIn },
      ...(network !== undefined && { network }),
    });
  const make = (network: string) => {
    noteNetwork(home, network);
    ensureNodeId(home);
  };

  test("is the one that is asked for, or the default", () => {
    expect(chosen()).toBe("198.18.0.0/15");
    expect(chosen("10.200.0.0/15")).toBe("10.200.0.0/15");
  });
  test("stays what the node was made with, without being named again", () => {
    make("10.200.0.0/15");
    expect(chosen()).toBe("10.200.0.0/15");
    expect(chosen("10.200.0.0/15")).toBe("10.200.0.0/15");
  });
  test("cannot be changed while there is a node, and the way out is a command", () => {
    make("10.200.0.0/15");
    expect(() => chosen("172.20.0.0/16")).toThrow(
      expect.objectContaining({
        message: "The embedded cluster has the network 10.200.0.0/15, and 172.20.0.0/16 is asked for.",
        place: home,
        next: "lab down && lab up --network 172.20.0.0/16",
      }),
    );
  });
  test("of a node from before there was a choice is the default", () => {
    ensureNodeId(home);
    expect(chosen()).toBe("198.18.0.0/15");
    expect(() => chosen("10.200.0.0/15")).toThrow(/has the network 198\.18\.0\.0\/15/);
  });
  test("is free again where the node's state is gone, or was not begun", () => {
    noteNetwork(home, "10.200.0.0/15"); // killed before the node had its id
    expect(chosen("172.20.0.0/16")).toBe("172.20.0.0/16");
    make("10.200.0.0/15");
    rmSync(join(home, "node"), { recursive: true });
    expect(chosen("172.20.0.0/16")).toBe("172.20.0.0/16");
    expect(chosen()).toBe("198.18.0.0/15");
  });
  test("that is noted in a torn file is not guessed", () => {
    ensureNodeId(home);
    mkdirSync(join(home, "node"), { recursive: true });
    writeFileSync(join(home, "node", "network"), "");
    expect(() => chosen()).toThrow(expect.objectContaining({ place: join(home, "node", "network"), next: "lab down" }));
  });
  test("that makes no sense is refused, with the command for the default", () => {
    expect(() => chosen("10.200.0.1/15")).toThrow(
      expect.objectContaining({
        place: "the network of the embedded cluster",
        next: "lab up --network 198.18.0.0/15",
      }),
    );
  });
});
