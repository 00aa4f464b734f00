import { expect, test } from "@jest/globals";
import { contextIn, reachedBy } from "../../../../canaryctl/src/engine/provider-cluster.ts";

const provider = (kubeconfig: string) => ({
  urn: "urn:p",
  type: "pulumi:providers:kubernetes",
  id: "1",
  inputs: { context: "prod", kubeconfig, enablePatchForce: "true" },
  outputs: { context: "prod", kubeconfig, enablePatchForce: "true" },
});
const service = { urn: "urn:s", type: "kubernetes:core/v1:Service", id: "a/b", inputs: { kubeconfig: "/runner/1" } };
const state = (kubeconfig: string) => ({ version: 3, deployment: { resources: [provider(kubeconfig), service] } });
const here = { kubeconfig: "/runner/2", kubeContext: "prod" };

test("a state that another machine wrote leads to the cluster by this one's kubeconfig, and nothing else of it changes", () => {
  expect(reachedBy(state("/runner/1"), here)).toEqual(state("/runner/2"));
  expect(reachedBy(state("/runner/2"), here)).toBeUndefined();
  expect(reachedBy({ version: 3, deployment: {} }, here)).toBeUndefined();
});

test("the context is the one that the last update noted", () => {
  expect(contextIn(state("/runner/1"))).toBe("prod");
  expect(contextIn({ version: 3, deployment: { resources: [service] } })).toBeUndefined();
  expect(contextIn(undefined)).toBeUndefined();
});
