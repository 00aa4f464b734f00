import { beforeAll, describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import { renderService } from "../../../../components/workload/render-service.ts";
import {
  renderDeployment,
  renderDisruptionBudget,
  type WorkloadSpec,
} from "../../../../components/workload/render-workload.ts";
import { type Registered, register } from "../mocks.ts";

const spec: WorkloadSpec = {
  app: "versioned-echo",
  namespace: "canary-lab",
  version: "v2",
  image: "registry:5001/versioned-echo@sha256:1",
  reference: "versioned-echo:v7",
  replicas: 3,
};
const labels = { app: "versioned-echo", version: "v2" };

describe("EchoWorkload", () => {
  let all: ReadonlyMap<string, Registered>;
  beforeAll(async () => {
    all = await register(async () => {
      const { EchoWorkload } = await import("../../../../components/workload/echo-workload.ts");
      new EchoWorkload("canary", spec);
    });
  });
  const deployment = () => all.get("canary-deployment")?.inputs;
  const pod = () => deployment().spec.template.spec;
  const container = () => pod().containers[0];

  test("is a Deployment and its disruption budget", () => {
    expect([...all.values()].map(({ type, parent }) => [type, parent])).toEqual([
      ["canary-lab:workload:EchoWorkload", ""],
      ["kubernetes:policy/v1:PodDisruptionBudget", "canary"],
      ["kubernetes:apps/v1:Deployment", "canary"],
    ]);
    expect(deployment().metadata).toMatchObject({ name: "versioned-echo-v2", namespace: "canary-lab", labels });
    expect(deployment().spec.replicas).toBe(3);
  });

  test("selects by the slot, everywhere, and says beside it which version runs there", () => {
    const version = { "app.kubernetes.io/version": "v7", "service.istio.io/canonical-revision": "v7" };
    const all = { ...labels, role: "canary", ...version };
    expect(deployment().spec.template.metadata.labels).toEqual(all);
    expect(deployment().spec.selector.matchLabels).toEqual(labels);
    expect(renderDisruptionBudget(spec).spec.selector.matchLabels).toEqual(labels);
    expect(renderDeployment(spec).metadata.labels).toEqual(all);
  });

  test("is followed by the program, and the engine waits only for its end", () => {
    expect(deployment().metadata.annotations).toEqual({ "pulumi.com/waitFor": "jsonpath={.metadata.uid}" });
  });

  test("is an endpoint of the Service while it has a share", () => {
    const { selector, ports } = renderService({ ...spec, strategy: "istio", canaryWeight: toWeight(1) }).spec;
    expect(labels).toMatchObject(selector);
    expect(selector).not.toHaveProperty("version");
    expect(container().ports).toEqual([{ name: ports[0]?.targetPort, containerPort: 8080 }]);
  });

  test("sets no version: the image says it", () => {
    expect(container()).toMatchObject({ name: "echo", image: spec.image });
    expect(container()).not.toHaveProperty("env");
  });

  test("may do no more than it must", () => {
    expect(pod()).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(container().securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("comes before an old pod goes, and serves on while callers learn that it leaves", () => {
    expect(deployment().spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(container().lifecycle.preStop.sleep.seconds).toBeLessThan(pod().terminationGracePeriodSeconds);
    expect(container().readinessProbe.httpGet).toEqual({ path: "/health", port: 8080 });
    for (const probe of ["startupProbe", "livenessProbe"]) {
      expect(container()[probe].httpGet.path).toBe("/health?probe=liveness");
    }
  });

  test("holds no empty list, which a refresh would report as drift", () => {
    expect(JSON.stringify(deployment())).not.toContain("[]");
  });
});
