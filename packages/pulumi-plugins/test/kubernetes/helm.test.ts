import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/json.ts";
import {
  chartArguments,
  failureOf,
  installArguments,
  uninstallArguments,
  upgradeArguments,
} from "../../src/kubernetes/helm/command.ts";
import { completeRelease, diffRelease, mergeValues, resourceNames } from "../../src/kubernetes/helm/release.ts";
import { decodeYaml } from "../../src/kubernetes/objects/yaml.ts";

const release = (more: JsonObject = {}) =>
  completeRelease({ name: "istiod", namespace: "istio-system", chart: "istiod", version: "1.29.1", ...more });

describe("Release", () => {
  test("options that are not given have their defaults", () => {
    expect(release()).toMatchObject({ atomic: false, skipAwait: false, timeout: 300, values: {}, keyring: "" });
    expect(release({ skipAwait: true })).toMatchObject({ timeout: 0 });
    expect(release({ valueYamlFiles: [{ text: "a: {b: 1, c: 2}" }], values: { a: { b: 3 } } }).values).toEqual({
      a: { b: 3, c: 2 },
    });
    expect(release({ resourceNames: {}, unheardOf: 1 })).not.toHaveProperty("unheardOf");
  });

  test("differences are told by path; what Helm computed is none", () => {
    const named = release({ values: { image: "a", gone: 1 } });
    const state = { ...named, status: { revision: 1 }, values: { image: "a", gone: 1, computed: true } };
    const wanted = release({ values: { image: "b" }, timeout: 12 });
    const difference = diffRelease(state, named, wanted);
    expect(Object.fromEntries([...difference.changes].map(([path, { change }]) => [path, change]))).toEqual({
      timeout: "update",
      "values.image": "update",
      "values.gone": "delete",
    });
    expect(difference.properties).toEqual(expect.arrayContaining(["timeout", "values"]));
    expect(diffRelease(state, named, named).changes.size).toBe(0);
    expect(diffRelease(state, named, release({ namespace: "other" })).replaces).toEqual(["namespace"]);
  });

  test("values merge key by key, lists as a whole", () => {
    expect(mergeValues({ a: { b: 1, c: [1] } }, { a: { c: [2] }, d: null })).toEqual({ a: { b: 1, c: [2] }, d: null });
  });
});

describe("the helm command", () => {
  test("waits unless told not to, and takes values on stdin only", () => {
    const install = installArguments(release({ createNamespace: true, values: { password: "hush" } }));
    expect(install.join(" ")).toBe(
      "install istiod istiod --version 1.29.1 --namespace istio-system --timeout 300s --wait --create-namespace --values -".replace(
        " --create-namespace --values -",
        " --values - --create-namespace",
      ),
    );
    expect(upgradeArguments(release({ skipAwait: true, atomic: true, maxHistory: 3 })).join(" ")).toBe(
      "upgrade istiod istiod --version 1.29.1 --namespace istio-system --timeout 300s --atomic --values - --history-max 3",
    );
    expect(uninstallArguments(release()).join(" ")).toBe(
      "uninstall istiod --namespace istio-system --ignore-not-found --wait --timeout 300s",
    );
  });

  test("a repository with a password is not named in the arguments", () => {
    const repositoryOpts = { repo: "https://charts.example", username: "u", password: "hush" };
    expect(chartArguments(release({ repositoryOpts }))).toEqual(["private/istiod", "--version", "1.29.1"]);
    expect(chartArguments(release({ repositoryOpts: { repo: "https://charts.example" } }))).toEqual([
      "istiod",
      "--version",
      "1.29.1",
      "--repo",
      "https://charts.example",
    ]);
    expect(() => chartArguments(release({ chart: "oci://r/istiod", repositoryOpts }))).toThrow("helm registry login");
  });

  test("its failure is told without its prefixes and warnings", () => {
    expect(failureOf("\nWARNING: x\nError: UPGRADE FAILED: context deadline exceeded\n")).toBe(
      "context deadline exceeded",
    );
    expect(failureOf("\nError: parse error at (a.yaml:2): unclosed action")).toBe(
      "parse error at (a.yaml:2): unclosed action",
    );
  });
});

test("YAML: several documents, lists taken apart, empty ones left out", () => {
  const text =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n# nothing\n---\nkind: List\nitems: [{kind: Service, apiVersion: v1, metadata: {name: b, namespace: n}}]\n";
  const objects = decodeYaml(text);
  expect(objects).toHaveLength(2);
  expect(resourceNames(objects)).toEqual({ "ConfigMap/v1": ["a"], "Service/v1": ["n/b"] });
  expect(() => decodeYaml("a: [")).toThrow("error converting YAML to JSON");
});
