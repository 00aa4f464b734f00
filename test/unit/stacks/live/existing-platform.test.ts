import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { findExisting } from "../../../../stacks/live/existing-platform.ts";
import { clusterWith } from "../existing/recorded.ts";
import { sampleConfig } from "../sample-config.ts";
import { readingClient } from "./fake-client.ts";

/** A cluster with an Istio that Helm installed, and what was asked of it before the first answer came. */
function find(change: Partial<LabConfig>) {
  const { webhooks, istiods, services } = clusterWith("helm");
  const answers: Record<string, readonly object[]> = {
    mutatingwebhookconfigurations: webhooks,
    "deployments?labelSelector=app%3Distiod": istiods,
    services,
  };
  const asked: string[] = [];
  const atOnce: number[] = [];
  const client = readingClient(async <T>(path: string) => {
    asked.push(path);
    await new Promise(setImmediate);
    atOnce.push(asked.length);
    const items = answers[path.split("/").at(-1) ?? ""];
    return (items ? { items } : undefined) as T | undefined;
  });
  const facts = findExisting(client, { ...sampleConfig, platform: "existing", ...change }, "Pulumi.prod.yaml");
  return { facts, asked, atOnce };
}

test("the platform is found by one round of parallel reads", async () => {
  const { facts, asked, atOnce } = find({});
  await expect(facts).resolves.toMatchObject({
    owner: "existing",
    mesh: { version: "1.29.1", sidecarLabels: { "istio-injection": "enabled" } },
    ingress: { namespace: "istio-ingress" },
    monitoring: null,
    rollouts: null,
    gatewayApi: null,
  });
  expect(new Set(atOnce)).toEqual(new Set([asked.length]));
  expect(asked).toHaveLength(8);
});

test("an account that may not look is told what it lacks", async () => {
  const client = readingClient((path) => Promise.reject(new ApiError(403, "pods is forbidden", `GET ${path}`)));
  await expect(findExisting(client, sampleConfig, "Pulumi.prod.yaml")).rejects.toMatchObject({
    message: "The platform of this cluster cannot be looked for: pods is forbidden",
    next: "kubectl auth can-i list mutatingwebhookconfigurations",
  });
});

describe("what the config needs and the cluster lacks", () => {
  test("is one error, by name, with what to set", async () => {
    await expect(find({ strategy: "rollout-canary", monitoring: true }).facts).rejects.toMatchObject({
      message:
        "The platform of this cluster is not what this stack needs: this stack has monitoring true, and the cluster has no Prometheus; this stack has strategy rollout-canary, and the cluster has no Rollouts controller.",
      place: "platform in Pulumi.prod.yaml",
      allowed:
        "monitoring false; or the part, installed by whoever installed the rest; strategy istio; or the part, installed by whoever installed the rest",
      next: "npx canaryctl config set monitoring false && npx canaryctl up\nnpx canaryctl config set strategy istio && npx canaryctl up",
    });
  });
});
