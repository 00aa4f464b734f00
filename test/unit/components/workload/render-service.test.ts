import { expect, test } from "@jest/globals";
import { type StrategyName, strategyNames } from "../../../../canary/strategies.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { renderService, servicePods } from "../../../../components/workload/render-service.ts";

const app = "versioned-echo";
const every = { app };
const stable = { app, version: "v1" };

const expected: Readonly<Record<StrategyName, readonly [at0: object, at1: object, at100: object]>> = {
  istio: [stable, every, every],
  "gateway-api": [stable, every, every],
  "nginx-header": [stable, stable, stable],
  "rollout-canary": [every, every, every],
  "rollout-blue-green": [
    { app, role: "active" },
    { app, role: "active" },
    { app, role: "active" },
  ],
  "replica-ratio": [every, every, every],
  "rolling-update": [every, every, every],
};

test.each(strategyNames)("whom the Service selects under %s, at 0, 1 and 100 percent for the canary", (strategy) => {
  const pods = [0, 1, 100].map((weight) => servicePods({ app, strategy, canaryWeight: toWeight(weight) }));
  expect(pods).toEqual(expected[strategy]);
});

test("every writer of the Service writes the same object, under one manager", () => {
  const spec = { app, namespace: "canary-lab", strategy: "istio", canaryWeight: toWeight(0) } as const;
  expect(renderService(spec)).toEqual({
    metadata: {
      name: app,
      namespace: "canary-lab",
      labels: { app, "app.kubernetes.io/managed-by": "pulumi" },
      annotations: {
        "pulumi.com/patchFieldManager": "canary-lab",
        "pulumi.com/patchForce": "true",
        "pulumi.com/skipAwait": "true",
      },
    },
    spec: { selector: stable, ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }] },
  });
});
