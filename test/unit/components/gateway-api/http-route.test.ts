import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toWeight } from "../../../../canary/weight.ts";
import { renderApiGateway, renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { register } from "../mocks.ts";

const spec = { app: "versioned-echo", namespace: "canary-lab", canaryWeight: toWeight(20) };

describe("renderHttpRoute", () => {
  test("sends by the weights, and who asks for the canary to it", () => {
    expect(renderHttpRoute(spec).spec.rules).toEqual([
      {
        name: "targeted",
        matches: [{ headers: [{ type: "Exact", name: "x-canary", value: "v2" }] }],
        backendRefs: [{ name: "versioned-echo-v2", port: 80, weight: 100 }],
      },
      {
        name: "weighted",
        backendRefs: [
          { name: "versioned-echo-v1", port: 80, weight: 80 },
          { name: "versioned-echo-v2", port: 80, weight: 20 },
        ],
      },
    ]);
  });

  test("is for the gateway and for callers in the mesh", () => {
    const parents = renderHttpRoute(spec).spec.parentRefs;
    expect(parents).toMatchObject([
      { kind: "Gateway", name: "versioned-echo-gateway" },
      { group: "", kind: "Service", name: "versioned-echo", port: 80 },
    ]);
  });

  test("the weights of a rule sum to 100 at any weight of the canary", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }).map(toWeight), (canaryWeight) => {
        for (const { backendRefs } of renderHttpRoute({ ...spec, canaryWeight }).spec.rules) {
          expect(backendRefs.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
        }
      }),
    );
  });
});

test("the gateway is Istio's, at a port of the nodes, for the host that users type", () => {
  const { metadata, spec: gateway } = renderApiGateway(spec);
  expect(metadata.annotations["networking.istio.io/service-type"]).toBe("NodePort");
  expect(metadata.annotations["pulumi.com/waitFor"]).toBe("condition=Programmed");
  expect(gateway.gatewayClassName).toBe("istio");
  expect(gateway.listeners.map(({ hostname }) => hostname)).toEqual(["versioned-echo.canary-lab.test"]);
});

test("the gateway's pods are no endpoints of the application", () => {
  expect(Object.keys(renderApiGateway(spec).metadata.labels)).toEqual(["app.kubernetes.io/managed-by"]);
});

test("HttpRoute makes the gateway before the route that names it", async () => {
  const all = await register(async () => {
    const { HttpRoute } = await import("../../../../components/gateway-api/http-route.ts");
    new HttpRoute("http-route", spec);
  });
  expect(all.get("http-route-route")?.dependencies).toEqual(["http-route-gateway"]);
  expect(all.get("http-route-route")?.inputs).toEqual(renderHttpRoute(spec));
});
