import { describe, expect, test } from "@jest/globals";
import { covers, difference, formatPath, prune } from "../src/difference.ts";
import type { JsonObject } from "../src/json.ts";
import { replacingPaths } from "../src/kubernetes/objects/immutable.ts";

const mutable = { configMaps: false, secrets: false };
/** A literal whose items differ in shape is still JSON. */
const json = (value: unknown) => value as JsonObject;
const changesOf = (old: JsonObject, wanted: JsonObject, replacing: readonly string[] = []) =>
  Object.fromEntries(
    [...difference(old, wanted, replacing)].map(([path, { change, replaces }]) => [
      path,
      replaces ? `${change}-replace` : change,
    ]),
  );

describe("difference", () => {
  test("two weights are two paths, and nothing else is", () => {
    const route = (weight: number) => ({ spec: { http: [{ route: [{ weight: 100 - weight }, { weight }] }] } });
    expect(changesOf(route(30), route(40))).toEqual({
      "spec.http[0].route[0].weight": "update",
      "spec.http[0].route[1].weight": "update",
    });
  });

  test("an added or removed branch is one change at its root", () => {
    expect(changesOf({ metadata: {} }, { metadata: { labels: { a: "1", b: "2" } } })).toEqual({
      "metadata.labels": "add",
    });
    expect(changesOf({ metadata: { labels: { a: "1" } } }, { metadata: {} })).toEqual({ "metadata.labels": "delete" });
    expect(changesOf({ metadata: { labels: { a: "1" } } }, { metadata: { labels: {} } })).toEqual({
      "metadata.labels.a": "delete",
    });
  });

  test("lists differ by position, so an insertion at the front changes what follows", () => {
    const old = { http: [{ timeout: "2s", route: [{ host: "a", subset: "v1" }, { host: "b" }] }] };
    const wanted = { http: [{ match: [{}], route: [{ host: "a" }] }, { timeout: "2s" }] };
    expect(changesOf(json(old), json(wanted))).toEqual({
      "http[0].timeout": "delete",
      "http[0].match": "add",
      "http[0].route[0].subset": "delete",
      "http[0].route[1]": "delete",
      "http[1]": "add",
    });
  });

  test("a value of another type is an update", () => {
    expect(changesOf({ a: { b: 1 } }, { a: [1] })).toEqual({ a: "update" });
    expect(changesOf({ a: 1 }, { a: "1" })).toEqual({ a: "update" });
  });

  test("a replacing path counts at itself, below it and above it", () => {
    const replacing = ["spec.selector", "spec.containers.*.image"];
    expect(changesOf({ spec: { selector: { a: 1 } } }, { spec: { selector: { a: 2 } } }, replacing)).toEqual({
      "spec.selector.a": "update-replace",
    });
    expect(changesOf({}, { spec: { selector: {} } }, replacing)).toEqual({ spec: "add-replace" });
    expect(changesOf({}, { spec: { replicas: 1 } }, replacing)).toEqual({ spec: "add" });
    const pod = (image: string, name: string) => ({ spec: { containers: [{ image, name }] } });
    expect(changesOf(pod("a", "x"), pod("b", "y"), replacing)).toEqual({
      "spec.containers[0].image": "update-replace",
      "spec.containers[0].name": "update",
    });
    expect(changesOf({ spec: { containers: [] } }, pod("a", "x"), replacing)).toEqual({
      "spec.containers[0]": "add-replace",
    });
  });
});

test("a key with dots is quoted in a path", () => {
  expect(formatPath(["metadata", "annotations", "pulumi.com/skipAwait"])).toBe(
    'metadata.annotations["pulumi.com/skipAwait"]',
  );
  expect(formatPath(["spec", "http", 0, "weight"])).toBe("spec.http[0].weight");
});

test("pruning leaves of the live object what the inputs named", () => {
  const live = {
    spec: { replicas: 2, strategy: { type: "x" }, list: [{ a: 1, b: 2 }, { a: 3 }] },
    status: { ready: true },
  };
  expect(prune(json(live), { spec: { replicas: 1, list: [{ a: 0 }] } })).toEqual({
    spec: { replicas: 2, list: [{ a: 1 }] },
  });
});

test("an ignored path covers what is below it, with a star for any index", () => {
  expect(covers("spec.http", "spec.http[0].route[1].weight")).toBe(true);
  expect(covers("spec.http[*].route[*].weight", "spec.http[0].route[1].weight")).toBe(true);
  expect(covers("spec.http[1]", "spec.http[0].route")).toBe(false);
  expect(covers("spec.http[0].route", "spec.http")).toBe(false);
});

describe("what replaces an object", () => {
  const of = (apiVersion: string, kind: string, more: JsonObject = {}, options = mutable) =>
    replacingPaths({ apiVersion, kind, ...more }, false, options);

  test.each([
    ["apps/v1", "Deployment", "spec.selector"],
    ["v1", "Service", "spec.clusterIP"],
    ["batch/v1", "Job", "spec.template"],
    ["v1", "PersistentVolumeClaim", "spec.storageClassName"],
    ["apps/v1", "StatefulSet", "spec.serviceName"],
    ["rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef"],
    ["v1", "Pod", "spec.containers.*.image"],
    ["v1", "ConfigMap", "data"],
    ["v1", "Secret", "type"],
  ])("%s %s: %s", (apiVersion, kind, path) => {
    expect(of(apiVersion, kind)).toContain(path);
    expect(of(apiVersion, kind)).toEqual(expect.arrayContaining(["metadata.name", "metadata.namespace"]));
  });

  test("data can be made mutable, but for objects that say they are not", () => {
    const options = { configMaps: true, secrets: true };
    expect(of("v1", "ConfigMap", {}, options)).not.toContain("data");
    expect(of("v1", "ConfigMap", { immutable: true }, options)).toContain("data");
    expect(of("v1", "Secret", {}, options)).not.toContain("data");
  });

  test("custom resources and Patch resources keep only their place", () => {
    const place = ["metadata.name", "metadata.namespace"];
    expect(of("networking.istio.io/v1", "Service")).toEqual(place);
    expect(replacingPaths({ apiVersion: "apps/v1", kind: "Deployment" }, true, mutable)).toEqual(place);
  });
});
