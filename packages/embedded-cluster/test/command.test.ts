import { describe, expect, test } from "@jest/globals";
import { InvalidArgumentError } from "commander";
import { buildProgram, clusterSettings, parseAddOns, renderEnvironment, renderStatus } from "../src/command.ts";
import { describe as describeCluster, footprint } from "../src/embedded-cluster.ts";
import { defaultCache } from "../src/settings.ts";
import { exampleSettings } from "./toolchain/example-settings.ts";

describe("the command line", () => {
  test("takes add-ons by name, and says which there are", () => {
    expect(parseAddOns("istio,helm")).toEqual(["istio", "helm"]);
    expect(() => parseAddOns("istio,mesh")).toThrow(InvalidArgumentError);
    expect(() => parseAddOns("mesh")).toThrow(/"mesh".*istio, istio-cni, gateway-api/);
  });

  test("has the commands that README lists", () => {
    expect(buildProgram().commands.map((command) => command.name())).toEqual(["up", "down", "status", "env", "tools"]);
  });
});

test("the network is an option of up, and the commands that errors name keep it", () => {
  expect(clusterSettings("/srv/c").network).toBeUndefined();
  const { network, commands } = clusterSettings("/srv/c", "10.200.0.0/15");
  expect(network).toBe("10.200.0.0/15");
  expect(commands.up).toBe("npx embedded-cluster up --home /srv/c --network 10.200.0.0/15");
  expect(commands.upIn?.("172.20.0.0/16")).toBe("npx embedded-cluster up --home /srv/c --network 172.20.0.0/16");
  expect(commands.down).toBe("npx embedded-cluster down --home /srv/c");
});

test("what is said of a cluster follows its network", () => {
  const settings = exampleSettings("/nowhere");
  expect(describeCluster(settings)).toMatchObject({ network: "198.18.0.0/15", imageRegistry: "198.18.0.1:5001" });
  const other = { ...settings, network: "10.200.0.0/15" };
  expect(describeCluster(other)).toMatchObject({ network: "10.200.0.0/15", imageRegistry: "10.200.0.1:5001" });
  expect(footprint(other).join()).toContain("https://10.200.0.1:6443");
});

describe("status", () => {
  test.each([
    ["nothing runs", [], undefined, /^down/],
    [
      "the node is ready",
      ["etcd"],
      { version: "v1.35.4", isReady: true },
      /^up: Kubernetes v1\.35\.4, ready\nprocesses: etcd$/,
    ],
    ["the node is not ready", ["etcd"], { version: "v1.35.4", isReady: false }, /^not up, not ready/],
    ["the API server is dead", ["etcd"], undefined, /^not up, the API server does not answer/],
  ])("where %s", (_, processes, node, text) => expect(renderStatus(processes, node)).toMatch(text));
});

test("env quotes its values for a shell", () => {
  const text = renderEnvironment({ ...describeCluster(exampleSettings("/it's")), bin: "/b in" });
  expect(text.split("\n")).toEqual([
    "export KUBECONFIG='/it'\\''s/home/kubeconfig'",
    "export KUBECACHEDIR='/it'\\''s/home/kube-cache'",
    "export DOCKER_HOST='unix:///it'\\''s/home/run/docker.sock'",
    expect.stringMatching(/^export DOCKER_CONFIG='\/it'\\''s\/home\//),
    "export PATH='/b in':\"$PATH\"",
  ]);
});

test("the cache folder is the user's, and a relative XDG_CACHE_HOME does not count", () => {
  expect(defaultCache({}, "/home/me")).toBe("/home/me/.cache/canary-lab");
  expect(defaultCache({ XDG_CACHE_HOME: "/big" }, "/home/me")).toBe("/big/canary-lab");
  expect(defaultCache({ XDG_CACHE_HOME: "big" }, "/home/me")).toBe("/home/me/.cache/canary-lab");
});
