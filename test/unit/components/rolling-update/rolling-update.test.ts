import { expect, test } from "@jest/globals";
import {
  probationSeconds,
  type RollingUpdateSpec,
  renderRollingUpdate,
} from "../../../../components/rolling-update/render-rolling-update.ts";
import { register } from "../mocks.ts";

const spec: RollingUpdateSpec = {
  app: "versioned-echo",
  namespace: "canary-lab",
  version: "v2",
  image: "registry/versioned-echo@sha256:1",
  reference: "versioned-echo:v2",
  replicas: 4,
  maxSurge: "25%",
  maxUnavailable: 0,
  revisionHistoryLimit: 5,
  minReadySeconds: 2,
  replicasOwner: "pulumi",
};

test("the Deployment selects what no version changes, and its pods say which they are", () => {
  const { metadata, spec: deployment, template } = renderRollingUpdate(spec);
  expect(metadata.name).toBe("versioned-echo");
  expect(deployment.selector.matchLabels).toEqual({ app: "versioned-echo" });
  expect(template.labels).toEqual({ app: "versioned-echo", version: "v2" });
});

test("a count of pods stays a number and a percentage text", () => {
  const { strategy, revisionHistoryLimit, minReadySeconds } = renderRollingUpdate(spec).spec;
  expect(strategy).toEqual({ type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } });
  expect({ revisionHistoryLimit, minReadySeconds }).toEqual({ revisionHistoryLimit: 5, minReadySeconds: 2 });
});

test("a deadline is longer than a pod has to be ready, or the API server would refuse it", () => {
  for (const minReadySeconds of [0, 119, 120, 3600]) {
    const { progressDeadlineSeconds } = renderRollingUpdate({ ...spec, minReadySeconds }).spec;
    expect(progressDeadlineSeconds).toBe(120 + minReadySeconds);
  }
});

test.each([
  { replicas: 4, maxSurge: "25%", maxUnavailable: 0, seconds: 400 },
  { replicas: 10, maxSurge: "25%", maxUnavailable: "25%", seconds: 200 },
  { replicas: 3, maxSurge: 0, maxUnavailable: "25%", seconds: 300 },
  { replicas: 2, maxSurge: 5, maxUnavailable: 0, seconds: 100 },
] as const)("pods that have to be ready for 100 s: %j", ({ seconds, ...counts }) => {
  expect(probationSeconds({ ...spec, ...counts, minReadySeconds: 100 })).toBe(seconds);
});

test("another owner of the replicas is a change of the Deployment", async () => {
  expect(renderRollingUpdate(spec).metadata).not.toEqual(
    renderRollingUpdate({ ...spec, replicasOwner: "rollout-controller" }).metadata,
  );
  const all = await register(async () => {
    const { RollingUpdate } = await import("../../../../components/rolling-update/rolling-update.ts");
    new RollingUpdate("rolling", spec);
    new RollingUpdate("given", { ...spec, replicasOwner: "rollout-controller" });
  });
  expect(all.get("rolling-deployment")?.inputs.spec.template.spec.containers[0].image).toBe(spec.image);
  // Two budgets for one pod would let no drain take it.
  expect(all.has("rolling-disruption-budget")).toBe(true);
  expect(all.has("given-disruption-budget")).toBe(false);
});
