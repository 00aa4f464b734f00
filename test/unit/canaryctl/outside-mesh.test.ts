import { expect, test } from "@jest/globals";
import { strategyNames } from "../../../canary/strategies.ts";
import { outsideMesh } from "../../../canaryctl/src/outside-mesh.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";

test("who answers outside the mesh, with each strategy, at 0 and 10 percent for the canary", () => {
  expect(
    Object.fromEntries(
      strategyNames.map((name) => [
        name,
        [0, 10].map((canary) => outsideMesh(parseConfig({ strategy: name }), canary)),
      ]),
    ),
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

test("nobody does where mutual TLS is strict", () => {
  const answers = (isolation: object) => outsideMesh(parseConfig({ isolation }), 10);
  expect(answers({ mode: "enforce" })).toBe("nobody: mutual TLS is strict");
  const open = "the pods of both sides, whatever the weights";
  expect([answers({ mode: "enforce", mutualTls: "permissive" }), answers({})]).toEqual([open, open]);
});
