import { expect, test } from "@jest/globals";
import { renderGrants, rulesOf } from "../../../../components/accounts/render-account.ts";
import { register } from "../mocks.ts";

const spec = {
  app: "shop",
  namespace: "shop-prod",
  role: "mover",
  rights: [
    { verb: "get", resource: "deployments.apps", namespace: "shop-prod" },
    { verb: "get", resource: "pods/log", namespace: "shop-prod" },
    { verb: "patch", resource: "deployments.apps", namespace: "shop-prod" },
    { verb: "list", resource: "pods", namespace: "istio-ingress" },
    { verb: "get", resource: "ingressclasses.networking.k8s.io" },
  ],
};

test("an account has a Role in each namespace of its rights, and a ClusterRole for the others alone", async () => {
  const built = await register(async () => {
    const { Account } = await import("../../../../components/accounts/account.ts");
    new Account("mover", spec);
  });
  const made = [...built.values()].filter(({ type }) => type.startsWith("kubernetes:"));
  const named = made.map(({ type, inputs: { metadata } }) =>
    [type.split(":")[2], metadata.namespace ?? "-", metadata.name].join(" "),
  );
  expect(named.toSorted()).toEqual([
    "ClusterRole - shop-prod-shop-mover",
    "ClusterRoleBinding - shop-prod-shop-mover",
    "Role istio-ingress shop-prod-shop-mover",
    "Role shop-prod shop-mover",
    "RoleBinding istio-ingress shop-prod-shop-mover",
    "RoleBinding shop-prod shop-mover",
    "ServiceAccount shop-prod shop-mover",
  ]);
  expect(built.get("mover-account")?.inputs.automountServiceAccountToken).toBe(false);
});

test("each role is bound to the account, and to it alone", () => {
  const grants = renderGrants(spec);
  expect(grants).toHaveLength(3);
  for (const { role, binding } of grants) {
    expect(binding.roleRef.name).toBe(role.metadata.name);
    expect(binding.subjects).toEqual([{ kind: "ServiceAccount", name: "shop-mover", namespace: "shop-prod" }]);
  }
  expect(grants.map(({ binding }) => binding.roleRef.kind)).toEqual(["Role", "Role", "ClusterRole"]);
});

test("a rule has one resource with its verbs, and no wildcard", () => {
  expect(rulesOf(spec.rights.slice(0, 3))).toEqual([
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  ]);
});
