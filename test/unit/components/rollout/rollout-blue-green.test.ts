import { describe, expect, test } from "@jest/globals";
import {
  type RolloutBlueGreenSpec,
  renderBlueGreenRoute,
  renderRolloutBlueGreen,
} from "../../../../components/rollout/render-rollout-blue-green.ts";
import type { BlueGreenStrategy } from "../../../../components/rollout/rollout-types.ts";
import { analysisOf } from "../../../../components/slo/analysis.ts";
import { renderSideService } from "../../../../components/traffic/render-sides.ts";
import { renderEchoPod } from "../../../../components/workload/render-pod.ts";
import { register } from "../mocks.ts";

const application = { app: "versioned-echo", namespace: "canary-lab" };
const spec: RolloutBlueGreenSpec = {
  ...application,
  reference: "versioned-echo:v2",
  replicas: 2,
  pods: {
    template: renderEchoPod({ app: "versioned-echo", version: "v2", image: "registry/versioned-echo@sha256:abc" }),
  },
  autoPromotionEnabled: false,
  scaleDownDelaySeconds: 30,
  abortScaleDownDelaySeconds: 30,
};
const analysis = analysisOf("versioned-echo", { host: "versioned-echo-preview", subset: "" }, "step");

describe("a blue-green Rollout", () => {
  test("has its Services and waits for a promotion", () => {
    expect(renderRolloutBlueGreen(spec).spec.strategy).toEqual({
      blueGreen: {
        activeService: "versioned-echo-active",
        previewService: "versioned-echo-preview",
        activeMetadata: { labels: { role: "active" } },
        previewMetadata: { labels: { role: "preview" } },
        autoPromotionEnabled: false,
        scaleDownDelaySeconds: 30,
        abortScaleDownDelaySeconds: 30,
      },
    });
  });

  test("takes every option of a blue-green, under the controller's own names", () => {
    const options = {
      autoPromotionEnabled: true,
      autoPromotionSeconds: 20,
      previewReplicaCount: 1,
      prePromotionAnalysis: analysis,
      postPromotionAnalysis: analysis,
      scaleDownDelaySeconds: 60,
      scaleDownDelayRevisionLimit: 2,
      abortScaleDownDelaySeconds: 0,
    } satisfies Partial<BlueGreenStrategy>;
    expect(renderRolloutBlueGreen({ ...spec, ...options }).spec.strategy.blueGreen).toMatchObject(options);
  });

  test("does not compile without pods, with a misspelt option, or with pods of somebody else's", () => {
    const { pods, ...without } = spec;
    // @ts-expect-error a blue-green without a template
    const noTemplate: RolloutBlueGreenSpec = without;
    // @ts-expect-error autoPromotionEnables
    const misspelt: RolloutBlueGreenSpec = { ...spec, autoPromotionEnables: false };
    const referred = { apiVersion: "apps/v1", kind: "Deployment", name: "versioned-echo", scaleDown: "never" } as const;
    // @ts-expect-error a blue-green has a template of its own
    const elsewhere: RolloutBlueGreenSpec = { ...spec, pods: { workloadRef: referred } };
    expect([noTemplate, misspelt, elsewhere, pods]).toHaveLength(4);
  });
});

test("the route leads to the active colour, and with the header to the preview", () => {
  const http = renderBlueGreenRoute(application).spec.http.map(({ name, match, route }) => ({ name, match, route }));
  expect(http).toEqual([
    {
      name: "targeted",
      match: [{ headers: { "x-canary": { exact: "v2" } } }],
      route: [{ destination: { host: "versioned-echo-preview" }, weight: 100 }],
    },
    { name: "weighted", match: undefined, route: [{ destination: { host: "versioned-echo-active" }, weight: 100 }] },
  ]);
});

test("the Services of the sides go on selecting both colours, and the controller's ones are left to it", async () => {
  for (const version of ["v1", "v2"] as const)
    expect(renderSideService({ ...application, toldApartBy: "nothing" }, version).spec.selector).toEqual({
      app: "versioned-echo",
    });
  const all = await register(async () => {
    const { RolloutBlueGreen } = await import("../../../../components/rollout/rollout-blue-green.ts");
    new RolloutBlueGreen("blue-green", {
      ...application,
      reference: "versioned-echo:v2",
      replicas: 2,
      image: "registry/versioned-echo@sha256:abc",
    });
  });
  expect(all.get("blue-green-rollout")?.inputs.spec.strategy).toEqual(renderRolloutBlueGreen(spec).spec.strategy);
  expect([...all.keys()].sort()).toEqual([
    "blue-green",
    "blue-green-active-service",
    "blue-green-disruption-budget",
    "blue-green-preview-service",
    "blue-green-rollout",
  ]);
  for (const role of ["active", "preview"]) {
    const { inputs } = all.get(`blue-green-${role}-service`) ?? {};
    // Until the controller narrows it, each is a way to all pods: a route may lead there from the first moment.
    expect(inputs.spec.selector).toEqual({ app: "versioned-echo" });
    // It has no pods of its own before the Rollout, which comes after it.
    expect(inputs.metadata.annotations["pulumi.com/skipAwait"]).toBe("true");
  }
  const { inputs, parent } = all.get("blue-green-rollout") ?? {};
  expect(parent).toBe("blue-green");
  expect(inputs.spec.selector.matchLabels).toEqual({ app: "versioned-echo" });
  expect(inputs.spec.template.metadata.labels).toEqual({ app: "versioned-echo", version: "v2" });
});
