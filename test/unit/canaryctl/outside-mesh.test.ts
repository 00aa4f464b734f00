import { expect, test } from "@jest/globals";
import { strategyNames } from "../../../canary/strategies.ts";
import { outsideMesh } from "../../../canaryctl/src/outside-mesh.ts";

test("who answers outside the mesh, with each strategy, at 0 and 10 percent for the canary", () => {
  expect(
    Object.fromEntries(strategyNames.map((name) => [name, [outsideMesh(name, 0), outsideMesh(name, 10)]])),
  ).toEqual({
    istio: ["the stable side", "the pods of both sides, whatever the weights"],
    "gateway-api": ["the stable side", "the pods of both sides, whatever the weights"],
    "nginx-header": ["the stable side", "the stable side"],
    "rollout-canary": Array(2).fill("all pods, the canary's too while there are any, whatever the weights"),
    "rollout-blue-green": ["the active colour", "the active colour"],
    "replica-ratio": Array(2).fill("all pods, as callers in the mesh"),
    "rolling-update": Array(2).fill("all pods, as callers in the mesh"),
  });
});
