import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ambientKubeconfig, parseKubeconfig, readKubeconfig, selectContext } from "../../src/kube/kubeconfig.ts";
import { kubeconfigFile } from "./fake-api.ts";

const server = "https://10.0.0.1:6443";

function written(content: object): string {
  const path = join(mkdtempSync(join(tmpdir(), "kubeconfig-")), "config");
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("parseKubeconfig", () => {
  test("hangs relative paths from the folder, and leaves bare commands to PATH", () => {
    const { clusters, users } = parseKubeconfig(
      JSON.stringify({
        clusters: [{ name: "c", cluster: { server, "certificate-authority": "ca.crt" } }],
        users: [
          { name: "a", user: { "client-key": "/abs/key", exec: { command: "./get-token" } } },
          { name: "b", user: { exec: { command: "aws" } } },
        ],
      }),
      "/home/me/.kube",
    );
    expect(clusters[0]?.cluster["certificate-authority"]).toBe("/home/me/.kube/ca.crt");
    expect(users.map(({ user }) => user)).toEqual([
      { "client-key": "/abs/key", exec: { command: "/home/me/.kube/get-token" } },
      { exec: { command: "aws" } },
    ]);
  });

  test("refuses what is no kubeconfig", () => {
    expect(() => parseKubeconfig("", "/")).toThrow("empty");
    expect(() => parseKubeconfig("- 1", "/")).toThrow("object");
  });
});

describe("selectContext", () => {
  test("takes the context that is named, with its namespace", () => {
    const kubeconfig = readKubeconfig(kubeconfigFile({ server }, { token: "abc" }));
    expect(selectContext(kubeconfig, { context: "lab" })).toEqual({
      cluster: { server },
      user: { token: "abc" },
      namespace: "apps",
    });
  });

  test("says what there is where the context, its cluster or its user is missing", () => {
    const kubeconfig = readKubeconfig(kubeconfigFile({ server }));
    expect(() => selectContext(kubeconfig, { context: "other" })).toThrow('context "other" does not exist');
    expect(() => selectContext(kubeconfig)).toThrow('cluster "nowhere" of context "astray"');
    expect(() => selectContext({ ...kubeconfig, users: [] }, { context: "lab" })).toThrow('user "u"');
  });
});

describe("ambientKubeconfig", () => {
  test("puts the files of KUBECONFIG together, and the first to name something wins", () => {
    const first = written({ contexts: [{ name: "x", context: { cluster: "c" } }], "current-context": "x" });
    const second = written({
      clusters: [{ name: "c", cluster: { server, "certificate-authority": "ca.crt" } }],
      contexts: [{ name: "x", context: { cluster: "other" } }],
      "current-context": "y",
    });
    const selected = selectContext(ambientKubeconfig({ KUBECONFIG: `${first}:/nowhere:${second}` }));
    expect(selected.cluster["certificate-authority"]).toBe(join(second, "..", "ca.crt"));
  });

  test("says where it looked", () => {
    expect(() => ambientKubeconfig({ KUBECONFIG: "/nowhere" })).toThrow("There is no kubeconfig.");
  });
});
