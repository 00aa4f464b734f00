import { describe, expect, test } from "@jest/globals";
import { type RouteObjects, routeUnrest, weightUnrest } from "../../../../canary/rollout/rollout-route.ts";

const names = { route: "weighted", stableSubset: "v1", canarySubset: "v2", managedRoutes: ["canary-header"] };

interface Case {
  readonly weight?: number;
  readonly stable?: string;
  readonly canary?: string;
  readonly added?: string;
  readonly other?: number;
}

function route({ weight = 0, stable = "aaa", canary = "aaa", added, other = 0 }: Case): RouteObjects {
  const subset = (name: string, hash: string) => ({
    name,
    labels: { app: "echo", "rollouts-pod-template-hash": hash },
  });
  const side = (name: string, share: number) => ({ destination: { subset: name }, weight: share });
  const away = other > 0 ? [{ destination: {}, weight: other }] : [];
  const sides = [side("v1", 100 - weight - other), side("v2", weight), ...away];
  return {
    virtualService: {
      spec: {
        http: [
          ...(added ? [{ name: added, route: [side("v2", 100)] }] : []),
          { name: "targeted", route: [side("v1", 100)] },
          { name: "weighted", route: sides },
        ],
      },
    },
    destinationRule: { spec: { subsets: [subset("v1", stable), subset("v2", canary)] } },
  };
}

describe("a Rollout's route", () => {
  test("is at rest with everything on the stable side and one revision in both subsets", () => {
    expect(routeUnrest(route({}), names)).toBeUndefined();
  });

  test.each<[string, Case, RegExp]>([
    ["while the canary has a share", { weight: 10 }, /10 % of the requests/],
    ["right after a release, when all requests are still on the canary side", { weight: 100 }, /100 % of the requests/],
    ["while an experiment has a share", { other: 5 }, /5 % of the requests/],
    ["while a route of the canary's own is there", { added: "canary-header" }, /canary-header is still there/],
    ["while the subsets mean two revisions", { canary: "bbb" }, /canary subset means revision bbb, the stable one aaa/],
  ])("is not %s", (_, given, reason) => {
    expect(routeUnrest(route(given), names)).toMatch(reason);
  });

  test("of an aborted canary keeps two revisions, and has its weights back", () => {
    expect(weightUnrest(route({ canary: "bbb" }), names)).toBeUndefined();
    expect(weightUnrest(route({ canary: "bbb", weight: 30 }), names)).toMatch(/30 %/);
  });

  test("may hold routes that are nobody's, such as a user's own", () => {
    expect(routeUnrest(route({ added: "maintenance" }), names)).toBeUndefined();
  });
});
