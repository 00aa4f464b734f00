import { expect, test } from "@jest/globals";
import { unreadKeys } from "../../../../stacks/config/other-keys.ts";
import { problemsOf } from "./problems-of.ts";

test("keys that nothing reads are named, with the prefix that was perhaps meant", () => {
  const keys = [
    "canary-lab:replicas",
    "replicas",
    "pulumi:tags",
    "docker:host",
    "canary-labs:canaryWeight",
    "aws:region",
  ];
  expect(unreadKeys(keys)).toEqual([
    "Nothing reads canary-labs:canaryWeight in the stack's config; did you mean canary-lab:canaryWeight?",
    "Nothing reads aws:region in the stack's config.",
  ]);
});

test("settings of the Kubernetes provider are refused: they look as if they chose the cluster", () => {
  expect(unreadKeys(["kubernetes:context"])).toEqual([]);
  expect(problemsOf({ "kubernetes:context": "prod" })).toEqual([
    expect.stringMatching(/^kubernetes:context is set, .*kubeContext/),
  ]);
});
