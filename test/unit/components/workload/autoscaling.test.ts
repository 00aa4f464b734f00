import { describe, expect, test } from "@jest/globals";
import { leaveReplicas, renderAutoscaler } from "../../../../components/workload/autoscaling.ts";

const options = { minReplicas: 2, maxReplicas: 6, targetCpuUtilization: 70 };

test("an autoscaler goes by the load of the application's own container", () => {
  const workload = { apiVersion: "apps/v1", kind: "Deployment", name: "web-v1" } as const;
  expect(renderAutoscaler(workload, { app: "web", namespace: "lab" }, options)).toMatchObject({
    metadata: { name: "web-v1", namespace: "lab" },
    spec: { scaleTargetRef: workload, minReplicas: 2, maxReplicas: 6, metrics: [{ type: "ContainerResource" }] },
  });
});

describe("leaveReplicas", () => {
  const transformed = (type: string, ignoreChanges?: string[]) =>
    leaveReplicas(options)({
      type,
      name: "x",
      props: { metadata: { name: "x", annotations: { a: "b" } }, spec: { replicas: 5, paused: true } },
      opts: ignoreChanges ? { ignoreChanges } : {},
      resource: {} as never,
    });

  test.each(["kubernetes:apps/v1:Deployment", "kubernetes:argoproj.io/v1alpha1:Rollout"])(
    "%s begins with the least, and keeps its number",
    (type) => {
      expect(transformed(type)).toEqual({
        props: {
          metadata: { name: "x", annotations: { a: "b", "canary-lab/replicas-owner": "autoscaler" } },
          spec: { replicas: 2, paused: true },
        },
        opts: { ignoreChanges: ["spec.replicas"] },
      });
    },
  );

  test("leaves alone what is not scaled, and what the Rollouts controller counts", () => {
    expect(transformed("kubernetes:core/v1:Service")).toBeUndefined();
    expect(transformed("kubernetes:apps/v1:Deployment", ["spec.replicas"])).toBeUndefined();
  });
});
