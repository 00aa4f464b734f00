import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { hasObject, hasRelease } from "../../../../canaryctl/src/kube/existing.ts";

/** A cluster that answers these paths, and the paths that it was asked for. */
function clusterOf(answers: Readonly<Record<string, object>>) {
  const asked: string[] = [];
  const client = {
    get: async (path: string) => {
      asked.push(path);
      return answers[path];
    },
  } as unknown as ClusterClient;
  return { client, asked };
}

const kinds = {
  resources: [
    { name: "deployments", kind: "Deployment", namespaced: true },
    { name: "deployments/status", kind: "Deployment", namespaced: true },
  ],
};

test("hasObject finds what is there by kind and name, and nothing of a kind that is not known", async () => {
  const { client } = clusterOf({
    "/apis/apps/v1": kinds,
    "/apis/apps/v1/namespaces/n/deployments/a": { kind: "Deployment" },
  });
  const object = { apiVersion: "apps/v1", kind: "Deployment", name: "a", namespace: "n" };
  expect(await hasObject(client, object)).toBe(true);
  expect(await hasObject(client, { ...object, name: "b" })).toBe(false);
  expect(await hasObject(client, { ...object, kind: "Rollout" })).toBe(false);
  expect(await hasObject(client, { ...object, apiVersion: "argoproj.io/v1alpha1" })).toBe(false);
});

test("hasRelease asks for a revision that is deployed", async () => {
  const { client, asked } = clusterOf({
    "/api/v1/namespaces/n/secrets?labelSelector=owner%3Dhelm%2Cname%3Distiod%2Cstatus%3Ddeployed": { items: [{}] },
  });
  expect(await hasRelease(client, { name: "istiod", namespace: "n" })).toBe(true);
  expect(await hasRelease(client, { name: "other", namespace: "n" })).toBe(false);
  expect(asked).toHaveLength(2);
});
