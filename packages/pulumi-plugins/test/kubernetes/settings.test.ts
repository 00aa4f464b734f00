import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { afterAll, describe, expect, test } from "@jest/globals";
import { kubeconfigFrom } from "../../src/kubernetes/api/kubeconfig.ts";
import { checkSettings, compareSettings, readSettings } from "../../src/kubernetes/settings.ts";
import { unknown } from "../../src/values.ts";

const kubeconfig = (server: string, name = "lab") => `
current-context: ${name}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: apps}}]
clusters: [{name: ${name}, cluster: {server: "${server}", certificate-authority: ca.crt}}]
users: [{name: ${name}, user: {token: hush}}]
`;

describe("provider options", () => {
  test("come from the program, then from the environment, then from the default", () => {
    const given = readSettings(
      new Map([
        ["kubernetes:config:enableConfigMapMutable", "true"],
        ["kubernetes:config:namespace", "apps"],
      ]),
      { PULUMI_K8S_DELETE_UNREACHABLE: "true" },
    );
    expect(given).toMatchObject({
      namespace: "apps",
      serverSideApply: true,
      deleteUnreachable: true,
      mutability: { configMaps: true, secrets: false },
    });
    expect(
      readSettings(new Map([["kubernetes:config:deleteUnreachable", "false"]]), {
        PULUMI_K8S_DELETE_UNREACHABLE: "true",
      }).deleteUnreachable,
    ).toBe(false);
  });

  test("rendering excludes a cluster", () => {
    expect(checkSettings({ renderYamlToDirectory: "out", context: "lab" }).map(({ property }) => property)).toEqual([
      "context",
    ]);
    expect(checkSettings({ context: "lab" })).toEqual([]);
  });

  test("only another cluster replaces everything", () => {
    const [here, renamed, there] = [kubeconfig("https://a"), kubeconfig("https://a", "other"), kubeconfig("https://b")];
    expect(compareSettings({ kubeconfig: here }, { kubeconfig: here })).toEqual({ changed: [], replaces: [] });
    expect(compareSettings({ kubeconfig: here }, { kubeconfig: renamed })).toEqual({
      changed: ["kubeconfig"],
      replaces: [],
    });
    expect(compareSettings({ kubeconfig: here }, { kubeconfig: there })).toEqual({
      changed: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    expect(compareSettings({ kubeconfig: here }, { kubeconfig: unknown })).toEqual({
      changed: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    expect(compareSettings({ namespace: "a" }, { namespace: "b" })).toEqual({
      changed: ["namespace"],
      replaces: [],
    });
  });
});

describe("kubeconfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is a file, with paths relative to it, or a text", () => {
    writeFileSync(join(folder, "config"), kubeconfig("https://127.0.0.1:6443/"));
    const authority = (from: string) => selectContext(kubeconfigFrom(from)).cluster["certificate-authority"];
    expect(authority(join(folder, "config"))).toBe(join(folder, "ca.crt"));
    expect(authority(kubeconfig("https://127.0.0.1:6443/"))).toBe(resolve("ca.crt"));
    expect(() => kubeconfigFrom("{{")).toThrow();
  });
});
