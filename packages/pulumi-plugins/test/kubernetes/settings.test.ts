import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { accessOf, parseKubeconfig } from "../../src/kubernetes/api/kubeconfig.ts";
import { judge, unplaced } from "../../src/kubernetes/conformance/verdict.ts";
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

  test("only another cluster replaces everything", async () => {
    const [here, renamed, there] = [kubeconfig("https://a"), kubeconfig("https://a", "other"), kubeconfig("https://b")];
    expect(await compareSettings({ kubeconfig: here }, { kubeconfig: here })).toEqual({ changed: [], replaces: [] });
    expect(await compareSettings({ kubeconfig: here }, { kubeconfig: renamed })).toEqual({
      changed: ["kubeconfig"],
      replaces: [],
    });
    expect(await compareSettings({ kubeconfig: here }, { kubeconfig: there })).toEqual({
      changed: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    expect(await compareSettings({ kubeconfig: here }, { kubeconfig: unknown })).toEqual({
      changed: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    expect(await compareSettings({ namespace: "a" }, { namespace: "b" })).toEqual({
      changed: ["namespace"],
      replaces: [],
    });
  });
});

describe("kubeconfig", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    writeFileSync(join(folder, "ca.crt"), "certificate");
    writeFileSync(join(folder, "config"), kubeconfig("https://127.0.0.1:6443/"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("resolves a context, with paths relative to its file", async () => {
    const access = accessOf(await parseKubeconfig(join(folder, "config")), {});
    expect(access).toMatchObject({ server: "https://127.0.0.1:6443", namespace: "apps", authorization: "Bearer hush" });
    expect(String(access.tls.ca)).toBe("certificate");
    expect(access.tls.rejectUnauthorized).toBe(true);
  });

  test("names what is missing", async () => {
    const parsed = await parseKubeconfig(join(folder, "config"));
    expect(() => accessOf(parsed, { context: "nope" })).toThrow('context "nope" does not exist');
    await expect(parseKubeconfig("{{")).rejects.toThrow();
  });
});

describe("the verdict on a replay", () => {
  test("addresses and the node's name say only where it ran", () => {
    expect(unplaced('{"clusterIP":"198.19.3.4","nodeName": "canary-lab","x":"198.20.0.1"}')).toBe(
      '{"clusterIP":"<ip>","nodeName": "lab-node","x":"198.20.0.1"}',
    );
  });

  test("a difference must be on the list, and enough cases must agree", () => {
    const printed = "agree  a\ndiffer b\n  step\n    .result: x\n1 of 2 cases agree; 1 of 2 steps agree";
    expect(judge(printed, { b: "why" }, 1)).toEqual({ passed: true, surprising: [], notes: ["known    b: why"] });
    expect(judge(printed, {}, 1).surprising).toEqual(["b"]);
    expect(judge(printed, {}, 1).passed).toBe(false);
    expect(judge(printed, { b: "why" }, 2).passed).toBe(false);
    expect(judge("", {}, 0).passed).toBe(false);
  });
});
