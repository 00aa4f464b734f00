import { ApiError } from "@canary-lab/kit/kube/errors";
import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../../src/kubernetes/objects/objects.ts";
import { takeOverFields } from "../../../src/kubernetes/operations/update.ts";

/** What API server 1.36 answered while the controller of Argo Rollouts wrote the same Rollout. */
const conflict = () =>
  new ApiError(
    409,
    'Operation cannot be fulfilled on rollouts.argoproj.io "web": the object has been modified; please apply your changes to the latest version and try again',
    "PATCH",
    { kind: "Status", status: "Failure", reason: "Conflict", code: 409 },
  );

const rollout = (resourceVersion: string): KubeObject => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  metadata: {
    name: "web",
    namespace: "conf",
    resourceVersion,
    managedFields: [{ manager: "pulumi-kubernetes", operation: "Update", fieldsV1: { "f:spec": {} } }],
  },
});

/** An object that somebody else writes just before each of the first `writes` patches. */
function contended(writes: number) {
  let version = 1;
  const patched: unknown[] = [];
  return {
    patched,
    get: async () => rollout(String(version)),
    patch: async (live: KubeObject, patch: unknown) => {
      if (version <= writes) version++;
      const { value } = (patch as { path: string; value: unknown }[])[1] ?? {};
      if (value !== String(version)) throw conflict();
      patched.push(patch);
      return live;
    },
  };
}

describe("taking over the fields of an object that a controller writes meanwhile", () => {
  test.each([0, 1, 4])(
    "%d writes in between: it is read again, and then taken over by its new version",
    async (writes) => {
      const cluster = contended(writes);
      await takeOverFields(cluster, rollout("1"), "lab");
      expect(cluster.patched).toEqual([
        [
          {
            op: "replace",
            path: "/metadata/managedFields",
            value: [{ manager: "lab", operation: "Apply", fieldsV1: { "f:spec": {} } }],
          },
          { op: "replace", path: "/metadata/resourceVersion", value: String(writes + 1) },
        ],
      ]);
    },
  );

  test("five are too many, and the API server's words are told", async () => {
    const cluster = contended(5);
    await expect(takeOverFields(cluster, rollout("1"), "lab")).rejects.toThrow("the object has been modified");
    expect(cluster.patched).toEqual([]);
  });

  test("another error is told at once", async () => {
    const cluster = { ...contended(0), patch: () => Promise.reject(new ApiError(403, "forbidden", "PATCH")) };
    await expect(takeOverFields(cluster, rollout("1"), "lab")).rejects.toThrow("forbidden");
  });
});
