import { expect, test } from "@jest/globals";
import { problemsOf } from "./problems-of.ts";

test.each([
  "default",
  "kube-system",
  "kube-public",
  "istio-system",
  "istio-ingress",
  "monitoring",
  "argo-rollouts",
  "argocd",
])("namespace %s is the cluster's or the platform's, and is refused with what to take", (namespace) => {
  expect(problemsOf({ namespace })).toEqual([
    `namespace is "${namespace}", and up would change it and down remove it with all that is in it; allowed: one for the application alone, which up makes, such as canary-lab`,
  ]);
});

test.each(["canary-lab", "team-a", "my-kube-system", "kubernetes", "default-2", "monitoring-lab"])(
  "namespace %s is taken",
  (namespace) => expect(problemsOf({ namespace })).toEqual([]),
);

test("a name that is none is refused as before", () => {
  expect(problemsOf({ namespace: "kube_system" })).toEqual([
    'namespace is "kube_system"; allowed: 1 to 63 lower-case letters, digits and hyphens, no hyphen at an end',
  ]);
});
