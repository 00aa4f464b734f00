import { describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import type { GraphObjects } from "../../../../canaryctl/src/graph/objects.ts";
import { renderApiGateway, renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { renderIngress } from "../../../../components/nginx-header/render-ingress.ts";
import { renderBlueGreenRoute } from "../../../../components/rollout/render-rollout-blue-green.ts";
import { renderRestingRoute } from "../../../../components/rollout/render-rollout-canary.ts";
import { recordedBlueGreen } from "../../canary/rollout/recorded-blue-green.ts";
import { recordedCanary } from "../../canary/rollout/recorded-canary.ts";
import { edges, faults, linesOf, route } from "./drawn.ts";
import { application, livePod, liveService, liveWorkload } from "./live-objects.ts";

/** Two Deployments, with a pod each. */
const sides: GraphObjects = {
  pods: ["v1", "v2"].map((version) =>
    livePod(
      `versioned-echo-${version}-a`,
      { app: "versioned-echo", version },
      { kind: "ReplicaSet", name: `versioned-echo-${version}` },
    ),
  ),
  replicaSets: ["v1", "v2"].map((version) =>
    liveWorkload(`versioned-echo-${version}`, 1, 1, { kind: "Deployment", name: `versioned-echo-${version}` }),
  ),
  deployments: ["v1", "v2"].map((version) => liveWorkload(`versioned-echo-${version}`, 1)),
  services: [
    liveService("versioned-echo", { app: "versioned-echo" }),
    ...["v1", "v2"].map((version) => liveService(`versioned-echo-${version}`, { app: "versioned-echo", version })),
  ],
};

describe("the other strategies", () => {
  test("gateway-api: an HTTPRoute leads to a Service of each side", () => {
    const objects: GraphObjects = {
      ...sides,
      apiGateways: [renderApiGateway(application)],
      httpRoutes: [
        renderHttpRoute({ ...application, canaryWeight: toWeight(30) }),
      ] as unknown as GraphObjects["httpRoutes"],
    };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        "Gateway/versioned-echo-gateway -> HTTPRoute/versioned-echo",
        "Callers/in the mesh -> HTTPRoute/versioned-echo",
        "HTTPRoute/versioned-echo -> Service/versioned-echo-v1: 70 %",
        "HTTPRoute/versioned-echo -> Service/versioned-echo-v2: x-canary=v2, 30 %",
        "Service/versioned-echo-v2 -> Pod/versioned-echo-v2-a",
      ]),
    );
    expect(linesOf(objects, "Gateway/versioned-echo-gateway")).toEqual(["versioned-echo.canary-lab.test"]);
    expect(faults({ ...objects, apiGateways: [] })).toEqual({ "Gateway/versioned-echo-gateway": "is not there" });
  });

  test("nginx-header: the Ingress of the canary has the header, the other one all others", () => {
    const ingresses = (["v1", "v2"] as const).map((version) => renderIngress(application, version));
    expect(edges({ ...sides, ingresses })).toEqual(
      expect.arrayContaining([
        "IngressClass/nginx -> Ingress/versioned-echo-v1",
        "Ingress/versioned-echo-v1 -> Service/versioned-echo-v1: all others",
        "Ingress/versioned-echo-v2 -> Service/versioned-echo-v2: X-Canary=v2",
      ]),
    );
  });

  test("replica-ratio and rolling-update: each ready pod of the Service has the same share", () => {
    const objects = { ...sides, services: sides.services?.slice(0, 1) };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        "Callers/in the cluster -> Service/versioned-echo",
        "Service/versioned-echo -> Pod/versioned-echo-v1-a: 50 %",
        "Service/versioned-echo -> Pod/versioned-echo-v2-a: 50 %",
      ]),
    );
  });

  const revisions = (hashes: readonly string[]): GraphObjects => ({
    pods: hashes.map((hash) =>
      livePod(
        `versioned-echo-${hash}-a`,
        { app: "versioned-echo", "rollouts-pod-template-hash": hash },
        { kind: "ReplicaSet", name: `versioned-echo-${hash}` },
      ),
    ),
    replicaSets: hashes.map((hash) =>
      liveWorkload(`versioned-echo-${hash}`, 1, 1, { kind: "Rollout", name: "versioned-echo" }),
    ),
  });

  test("rollout-canary: the subsets are those of the controller's hashes, and the Rollout says where it is", () => {
    const [stable, canary] = ["589bd9d4f8", "9cf4fcbb9"];
    const labels = (hash: string) => ({ app: "versioned-echo", "rollouts-pod-template-hash": hash });
    const objects: GraphObjects = {
      ...revisions([stable, canary]),
      gateways: [{ metadata: { name: "versioned-echo-gateway" }, spec: {} }],
      virtualServices: [renderRestingRoute(application)],
      destinationRules: [
        {
          metadata: { name: "versioned-echo" },
          spec: {
            host: "versioned-echo",
            subsets: [
              { name: "v1", labels: labels(stable) },
              { name: "v2", labels: labels(canary) },
            ],
          },
        },
      ],
      services: [
        liveService("versioned-echo", { app: "versioned-echo" }),
        liveService("versioned-echo-stable", labels(stable)),
      ],
      rollouts: [recordedCanary.paused],
    };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        `${route} -> Subset/v1 of versioned-echo: 100 %`,
        `${route} -> Subset/v2 of versioned-echo: 0 %`,
        "Subset/v2 of versioned-echo -> Pod/versioned-echo-9cf4fcbb9-a",
        "Service/versioned-echo-stable -> Pod/versioned-echo-589bd9d4f8-a",
        "ReplicaSet/versioned-echo-9cf4fcbb9 -> Rollout/versioned-echo",
      ]),
    );
    expect(faults(objects)).toEqual({});
    expect(linesOf(objects, "Rollout/versioned-echo")).toEqual([
      "Paused at step 5 of 9 (pause), 10 % on the new revision, 1 of 2 new pods ready",
    ]);
    expect(faults({ ...objects, rollouts: [recordedCanary.aborted] })).toMatchObject({
      "Rollout/versioned-echo": "RolloutAborted: Rollout aborted update to revision 2",
    });
  });

  test("rollout-blue-green: the route leads to the active Service, who asks for the canary to the preview", () => {
    const labels = (hash: string) => ({ app: "versioned-echo", "rollouts-pod-template-hash": hash });
    const objects: GraphObjects = {
      ...revisions(["78b898b764", "68dbd96d8c"]),
      virtualServices: [renderBlueGreenRoute(application)],
      services: [
        liveService("versioned-echo-active", labels("78b898b764")),
        liveService("versioned-echo-preview", labels("68dbd96d8c")),
      ],
      rollouts: [recordedBlueGreen.paused],
    };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        `${route} -> Service/versioned-echo-active: 100 %`,
        `${route} -> Service/versioned-echo-preview: x-canary=v2`,
        "Service/versioned-echo-active -> Pod/versioned-echo-78b898b764-a",
        "Service/versioned-echo-preview -> Pod/versioned-echo-68dbd96d8c-a",
      ]),
    );
  });

  test("a migration: the Rollout leads to the Deployment whose pods it takes over", () => {
    const [rollout] = [recordedCanary.paused].map((one) => ({
      ...one,
      spec: { ...one.spec, workloadRef: { name: "versioned-echo" } },
    }));
    const objects = {
      ...revisions(["9cf4fcbb9"]),
      rollouts: rollout && [rollout],
      deployments: [liveWorkload("versioned-echo", 0)],
    };
    expect(edges(objects)).toContain("Rollout/versioned-echo -> Deployment/versioned-echo: workloadRef");
  });
});
