import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../src/json.ts";
import { isForced, keepIgnored, takeOver, writtenPart } from "../../../src/kubernetes/objects/ownership.ts";
import { readSettings } from "../../../src/kubernetes/settings.ts";

const entry = (manager: string, operation: string, fieldsV1: JsonObject, more: JsonObject = {}) => ({
  manager,
  operation,
  fieldsV1,
  ...more,
});
const owned = (...managedFields: JsonObject[]): JsonObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "a", namespace: "conf", uid: "u", managedFields },
  spec: { hosts: ["a"], http: [{ weight: 20 }] },
});
const settings = readSettings(new Map(), {});

describe("taking over fields", () => {
  test("what the creation and a user's kubectl own becomes the applying manager's", () => {
    const object = owned(
      entry("pulumi-kubernetes", "Update", { "f:spec": { "f:hosts": {} } }),
      entry("kubectl-patch", "Update", { "f:spec": { "f:http": {} } }),
      entry("istiod", "Update", { "f:status": {} }, { subresource: "status" }),
    );
    expect(takeOver(object, "lab")).toEqual([
      entry("istiod", "Update", { "f:status": {} }, { subresource: "status" }),
      entry("lab", "Apply", { "f:spec": { "f:hosts": {}, "f:http": {} } }),
    ]);
  });

  test("kubectl scale and other appliers stay their own masters", () => {
    const object = owned(
      entry("kubectl", "Update", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" }),
      entry("rollouts-controller", "Apply", { "f:spec": { "f:http": {} } }),
    );
    expect(takeOver(object, "lab")).toBeUndefined();
  });

  test("what the manager owns already is kept", () => {
    const object = owned(
      entry("lab", "Apply", { "f:spec": { "f:hosts": {} } }),
      entry("kubectl-edit", "Update", { "f:spec": { "f:http": {} } }),
    );
    expect(takeOver(object, "lab")).toEqual([entry("lab", "Apply", { "f:spec": { "f:hosts": {}, "f:http": {} } })]);
  });
});

describe("ignoreChanges", () => {
  const inputs = (): JsonObject => ({ spec: { hosts: ["a"], http: [{ weight: 90 }] } });

  test("a path that is ours is sent as it is live", () => {
    const object = inputs();
    keepIgnored(object, owned(entry("lab", "Apply", { "f:spec": { "f:http": {} } })), ["spec.http"], "lab");
    expect(object).toEqual({ spec: { hosts: ["a"], http: [{ weight: 20 }] } });
  });

  test("a path that only others manage is not sent", () => {
    const object = inputs();
    keepIgnored(
      object,
      owned(entry("rollouts-controller", "Update", { "f:spec": { "f:http": {} } })),
      ["spec.http"],
      "lab",
    );
    expect(object).toEqual({ spec: { hosts: ["a"] } });
  });

  test("a path into an atomic list keeps its old input", () => {
    const object = inputs();
    keepIgnored(object, owned(entry("lab", "Apply", { "f:spec": { "f:http": {} } })), ["spec.http[0].weight"], "lab");
    expect(object).toEqual(inputs());
  });
});

test("an apply overrules others only when asked to, or in a preview of what the update would take over", () => {
  const live = owned(entry("pulumi-kubernetes", "Update", {}));
  const foreign = owned(entry("somebody", "Apply", {}));
  const forced = { metadata: { annotations: { "pulumi.com/patchForce": "true" } } };
  expect(isForced({}, live, settings, false)).toBe(false);
  expect(isForced({}, live, settings, true)).toBe(true);
  expect(isForced({}, foreign, settings, true)).toBe(false);
  expect(isForced(forced, foreign, settings, false)).toBe(true);
  expect(isForced({}, undefined, settings, true)).toBe(true);
});

test("an import takes what was written, not what the cluster filled in", () => {
  const service: JsonObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "echo",
      namespace: "conf",
      uid: "u",
      labels: { app: "echo" },
      managedFields: [
        entry("kubectl-create", "Update", {
          "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
          "f:spec": { "f:ports": { 'k:{"port":80}': {} }, "f:type": {} },
        }),
        entry("kube-controller-manager", "Update", { "f:spec": { "f:volumeName": {} } }),
      ],
    },
    spec: {
      clusterIP: "198.19.0.7",
      clusterIPs: ["198.19.0.7"],
      ports: [{ port: 80 }],
      type: "ClusterIP",
      volumeName: "v",
    },
  };
  expect(writtenPart(service)).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "echo", namespace: "conf", labels: { app: "echo" } },
    spec: { ports: [{ port: 80 }], type: "ClusterIP" },
  });
});
