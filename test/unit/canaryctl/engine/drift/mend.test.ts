import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { withLive } from "../../../../../canaryctl/src/engine/drift/adopt.ts";
import { findDrift, findVisibleDrift } from "../../../../../canaryctl/src/engine/drift/live-objects.ts";
import { noteDrift } from "../../../../../canaryctl/src/engine/drift/mend.ts";
import type { FileState } from "../../../../../canaryctl/src/engine/file-state.ts";
import type { ExportedState, ResourceState } from "../../../../../canaryctl/src/engine/pending.ts";
import type { ConfigChanges } from "../../../../../canaryctl/src/lab.ts";
import { objectPath } from "../../../../../cluster/kube/paths.ts";
import { fakeLab } from "../../fake-lab.ts";

const urn = (name: string) => `urn:pulumi:dev::canary-lab::x::${name}`;

function resource(name: string, apiVersion: string, kind: string, more: Partial<ResourceState> = {}): ResourceState {
  const namespaced = kind !== "Namespace";
  const inputs = {
    apiVersion,
    kind,
    metadata: { name, labels: { app: name }, ...(namespaced && { namespace: "lab" }) },
  };
  return {
    urn: urn(name),
    type: `kubernetes:${apiVersion}:${kind}`,
    id: namespaced ? `lab/${name}` : name,
    inputs,
    outputs: { ...inputs, __inputs: inputs, __fieldManager: "pulumi-1" },
    ...more,
  };
}

const namespace = resource("lab", "v1", "Namespace");
const service = resource("web", "v1", "Service", {
  dependencies: [namespace.urn],
  propertyDependencies: { metadata: [namespace.urn], spec: null },
});
const release: ResourceState = {
  urn: urn("mesh"),
  type: "kubernetes:helm.sh/v3:Release",
  id: "lab/mesh",
  inputs: { name: "mesh", namespace: "lab" },
};

const stateOf = (...resources: readonly ResourceState[]): ExportedState => ({
  version: 4,
  features: ["hooks"],
  deployment: { resources },
});
const [namespacePath, servicePath, secretsPath] = [
  "/api/v1/namespaces/lab",
  "/api/v1/namespaces/lab/services/web",
  "/api/v1/namespaces/lab/secrets",
];
const asWritten = {
  [namespacePath]: { metadata: { labels: { app: "lab" } } },
  [servicePath]: { metadata: { labels: { app: "web" } } },
  [secretsPath]: { items: [{}] },
};

const clusterOf = (objects: Readonly<Record<string, unknown>>) => ({
  get: async <T>(path: string) => objects[path.split("?")[0] ?? ""] as T | undefined,
});

describe("findDrift", () => {
  const state = stateOf(namespace, service, release);
  const drifted = async (objects: Readonly<Record<string, unknown>>) =>
    (await findDrift(clusterOf(objects), state.deployment)).map(({ kind, id, live, fields }) => [
      `${kind} ${id}`,
      live === undefined,
      fields.length,
    ]);

  test("finds nothing in a cluster as it was left", async () => {
    expect(await drifted(asWritten)).toEqual([]);
  });

  test("finds what is gone, Helm releases too, and what differs", async () => {
    expect(await drifted({ ...asWritten, [servicePath]: undefined, [secretsPath]: { items: [] } })).toEqual([
      ["Service lab/web", true, 0],
      ["Helm release lab/mesh", true, 0],
    ]);
    expect(await drifted({ ...asWritten, [servicePath]: { metadata: { labels: {} } } })).toEqual([
      ["Service lab/web", false, 1],
    ]);
  });

  test("takes what the account may not read neither for gone nor for changed, where it looks at the rest", async () => {
    const forbidding = (status: number) => ({
      get: async <T>(path: string) => {
        if (path.startsWith(secretsPath)) throw new ApiError(status, "secrets is forbidden", path);
        return clusterOf({ ...asWritten, [servicePath]: undefined }).get<T>(path);
      },
    });
    expect((await findVisibleDrift(forbidding(403), state.deployment)).map(({ id }) => id)).toEqual(["lab/web"]);
    await expect(findVisibleDrift(forbidding(500), state.deployment)).rejects.toThrow("secrets is forbidden");
    await expect(findDrift(forbidding(403), state.deployment)).rejects.toThrow("secrets is forbidden");
  });

  test("asks only whether it is there for what holds secrets and for definitions, and not at all for what is about to go", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1", ciphertext: "…" };
    const hidden = { ...service, inputs: { ...service.inputs, data: { password: secret } } };
    expect(await findDrift(clusterOf({ [servicePath]: {} }), stateOf(hidden).deployment)).toEqual([]);
    expect(await findDrift(clusterOf({}), stateOf({ ...service, delete: true }).deployment)).toEqual([]);
    const definition = { ...resource("x", "apiextensions.k8s.io/v1", "CustomResourceDefinition"), id: "x" };
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x";
    expect(await findDrift(clusterOf({ [path]: {} }), stateOf(definition).deployment)).toEqual([]);
    expect(await findDrift(clusterOf({}), stateOf(definition).deployment)).toHaveLength(1);
  });
});

test.each([
  [{ apiVersion: "v1", kind: "Namespace", name: "a" }, "/api/v1/namespaces/a"],
  [
    { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "a", namespace: "n" },
    "/apis/networking.k8s.io/v1/namespaces/n/ingresses/a",
  ],
  [{ apiVersion: "v1", kind: "Policy", name: "a", namespace: "n" }, "/api/v1/namespaces/n/policies/a"],
  [
    { apiVersion: "networking.istio.io/v1", kind: "Gateway", name: "a", namespace: "n" },
    "/apis/networking.istio.io/v1/namespaces/n/gateways/a",
  ],
])("the path of %j", (object, path) => {
  expect(objectPath(object)).toBe(path);
});

describe("withLive", () => {
  test("forgets what is gone, and every mention of it", async () => {
    const state = stateOf(namespace, service);
    const changed = withLive(
      state,
      await findDrift(clusterOf({ ...asWritten, [namespacePath]: undefined }), state.deployment),
    );
    expect(changed).toMatchObject({ version: 4, features: ["hooks"] });
    expect(changed.deployment.resources).toEqual([
      { ...service, dependencies: [], propertyDependencies: { metadata: [], spec: null } },
    ]);
  });

  test("notes what differs as it is live, in the inputs too, and keeps what the provider remembers", async () => {
    const live = { metadata: { labels: { other: "x" } } };
    const state = stateOf(service);
    const changed = withLive(state, await findDrift(clusterOf({ [servicePath]: live }), state.deployment));
    const inputs = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "lab", labels: {} } };
    expect(changed.deployment.resources).toEqual([
      { ...service, inputs, outputs: { ...live, __inputs: inputs, __fieldManager: "pulumi-1" } },
    ]);
  });
});

describe("noteDrift", () => {
  const labWith = (objects: Record<string, unknown>) => {
    const state: Pick<FileState, "read"> = { read: () => stateOf(namespace, service) };
    return fakeLab({ state: state as FileState, objects });
  };

  test("says what differs and corrects the state, before any update", async () => {
    const { lab, log } = labWith({ [namespacePath]: { metadata: { labels: {} } } });
    await noteDrift(lab, (line) => void log.push(line));
    expect(log).toEqual([
      "Drift: Namespace lab: metadata.labels.app is absent, and was lab after the last update. The update puts it back.",
      "Drift: Service lab/web is gone. The update makes it again.",
      "import lab, 0 open",
    ]);
  });

  test("names the autoscaler for a number of pods that the update leaves to it, and for no other", async () => {
    const deployment = (id: string) => {
      const made = resource(id, "apps/v1", "Deployment", { id: `canary-lab/${id}` });
      return { ...made, inputs: { ...made.inputs, spec: { replicas: 2 } } };
    };
    const names = ["versioned-echo-v1", "versioned-echo-client"];
    const state: Pick<FileState, "read"> = { read: () => stateOf(...names.map(deployment)) };
    const scaled = (name: string) => ({ metadata: { labels: { app: name } }, spec: { replicas: 4 } });
    const objects = Object.fromEntries(
      names.map((name) => [`/apis/apps/v1/namespaces/canary-lab/deployments/${name}`, scaled(name)]),
    );
    const ends = async (changes: ConfigChanges) => {
      const { lab } = fakeLab({ state: state as FileState, objects, changes });
      const lines: string[] = [];
      await noteDrift(lab, (line) => void lines.push(line));
      return lines.map((line) => line.replace(/^.*after the last update\. /, ""));
    };
    const [back, left] = ["The update puts it back.", "The update leaves it to the autoscaler."];
    expect(await ends({})).toEqual([back, back]);
    expect(await ends({ autoscaling: '{"minReplicas":2,"maxReplicas":5}' })).toEqual([left, back]);
  });

  test("waits for a deletion that goes on", async () => {
    const objects: Record<string, unknown> = {
      ...asWritten,
      [namespacePath]: { metadata: { deletionTimestamp: "now" } },
    };
    const { lab, log } = labWith(objects);
    await noteDrift(lab, (line) => {
      log.push(line);
      if (!line.includes("waiting")) return;
      delete objects[namespacePath];
      delete objects[servicePath];
    });
    expect(log).toEqual([
      "Namespace lab is being deleted: waiting for the end of it.",
      "Drift: Namespace lab is gone, and 1 more of the stack's objects with it. The update makes them again.",
      "import , 0 open",
    ]);
  });

  test("does nothing where all is as it was left, or nothing was ever made", async () => {
    const { lab, log } = labWith(asWritten);
    await noteDrift(lab, (line) => void log.push(line));
    const none: Pick<FileState, "read"> = { read: () => undefined };
    await noteDrift({ ...lab, state: none as FileState }, (line) => void log.push(line));
    expect(log).toEqual([]);
  });
});
