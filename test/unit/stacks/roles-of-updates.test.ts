import { describe, expect, test } from "@jest/globals";
import type { Right } from "../../../components/accounts/render-account.ts";
import { parseConfig, type RawConfig, schemaDefaults } from "../../../stacks/config/parse-config.ts";
import { serviceValues } from "../../../stacks/config/service-values.ts";
import { registryObjects } from "../../../stacks/made-objects.ts";
import { neededRights, updateRights } from "../../../stacks/needed-rights.ts";
import type { RegistryUse } from "../../../stacks/rights.ts";
import { type RoleName, roleNames } from "../../../stacks/role-names.ts";
import { guardObjects, guardRights, rightsOnServices, roleRights } from "../../../stacks/roles.ts";
import { variations } from "../../e2e/support/variations.ts";

// The roles of whoever runs `up`, and of whoever looks at what it would do.

const own = "canary-lab";
const text = ({ verb, resource, namespace }: Right) => `${verb} ${resource}${namespace ? ` in ${namespace}` : ""}`;
const isWrite = ({ verb }: Right) => !["get", "list", "watch"].includes(verb);
const rightsOf = (role: RoleName, values: RawConfig, registry?: RegistryUse) =>
  roleRights(role, parseConfig({ accounts: true, policy: { mode: "warn" }, ...values }), registry);

/** A line for each resource of a place, as `kubectl describe role` has it. */
const linesOf = (rights: readonly Right[]) =>
  [...Map.groupBy(rights, ({ resource, namespace = "the cluster" }) => `${resource} in ${namespace}`)].map(
    ([object, same]) => `${object}: ${same.map(({ verb }) => verb).join(" ")}`,
  );

/** Stacks that stand on another's platform, and those that own theirs. */
const applications: readonly RawConfig[] = [
  ...Object.keys(variations).map((strategy) => ({ strategy, platform: "dev" })),
  { strategy: "istio", monitoring: true, platform: "dev", autoscaling: { maxReplicas: 4 } },
  { strategy: "rollout-canary", monitoring: true, platform: "existing", prometheus: "watch/main" },
];
const owners: readonly RawConfig[] = [
  { strategy: "istio" },
  { strategy: "rollout-canary", monitoring: true, argoCd: true },
  { strategy: "rollout-canary", rollouts: "namespace" },
];
const all = [...applications, ...owners];

test("the updater of an application with strategy istio has these rights and no others", () => {
  const made = "get list create patch delete watch";
  expect(linesOf(rightsOf("updater", { strategy: "istio", platform: "dev" }))).toEqual([
    "namespaces in the cluster: get list",
    "nodes in the cluster: list",
    "configmaps in kube-public: get",
    `namespaces in ${own}: get patch`,
    `services in ${own}: ${made}`,
    `destinationrules.networking.istio.io in ${own}: ${made}`,
    `gateways.networking.istio.io in ${own}: ${made}`,
    `virtualservices.networking.istio.io in ${own}: ${made}`,
    `deployments.apps in ${own}: ${made}`,
    `poddisruptionbudgets.policy in ${own}: ${made}`,
    `pods in ${own}: get list watch delete`,
    `events in ${own}: get list create patch`,
    `resourcequotas in ${own}: get list`,
    `configmaps in ${own}: get list create patch`,
    `replicasets.apps in ${own}: get list patch`,
    `networkpolicies.networking.k8s.io in ${own}: get list`,
    `horizontalpodautoscalers.autoscaling in ${own}: get list`,
    `leases.coordination.k8s.io in ${own}: get list create patch`,
    `rollouts.argoproj.io in ${own}: get list`,
    `analysisruns.argoproj.io in ${own}: get list`,
    `pods/log in ${own}: get`,
    `pods/portforward in ${own}: get create`,
    `pods/proxy in ${own}: get`,
    `pods/exec in ${own}: get create`,
    "pods in istio-ingress: list",
    "pods/portforward in istio-ingress: get create",
    "pods/proxy in istio-ingress: get",
    `serviceaccounts in ${own}: get`,
    "clusterroles.rbac.authorization.k8s.io in the cluster: get",
    "clusterrolebindings.rbac.authorization.k8s.io in the cluster: get",
    ...["kube-public", own, "istio-ingress"].flatMap((place) =>
      ["roles", "rolebindings"].map((kind) => `${kind}.rbac.authorization.k8s.io in ${place}: get`),
    ),
    "validatingadmissionpolicies.admissionregistration.k8s.io in the cluster: get",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io in the cluster: get",
  ]);
});

test.each(all)("an updater writes nothing that an update does not, and may all that a mover may: %j", (values) => {
  const needed = new Set(neededRights(parseConfig(values), 36).map(text));
  const rights = rightsOf("updater", values);
  const isNeeded = (right: Right) =>
    needed.has(text(right)) || (right.resource === "namespaces" && needed.has(`${right.verb} namespaces`));
  expect(rights.filter((right) => isWrite(right) && !isNeeded(right)).map(text)).toEqual([]);
  const given = new Set(rights.map(text));
  expect(
    rightsOf("mover", values)
      .map(text)
      .filter((right) => !given.has(right)),
  ).toEqual([]);
});

test.each(applications)("the updater of an application gives no right, and reads no Secret: %j", (values) => {
  const rights = rightsOf("updater", values);
  expect(rights.filter(({ verb }) => /^(escalate|bind|impersonate)$/.test(verb))).toEqual([]);
  const kinds = /^(secrets|serviceaccounts\/|(cluster)?role(binding)?s|validatingadmission)/;
  expect(
    rights.filter((right) => kinds.test(right.resource) && (isWrite(right) || right.resource === "secrets")),
  ).toEqual([]);
  expect(rights.filter((right) => isWrite(right) && right.namespace === undefined)).toEqual([]);
});

test.each(owners)("the updater of a platform gives rights and reads Secrets where its charts do: %j", (values) => {
  const config = parseConfig(values);
  const ofCharts = new Set(neededRights(config, 36).map(text));
  const rights = rightsOf("updater", values);
  const granting = rights.filter(({ verb }) => /^(escalate|bind|impersonate)$/.test(verb)).map(text);
  expect(granting).toContain("escalate clusterroles.rbac.authorization.k8s.io");
  expect(granting.filter((right) => !ofCharts.has(right))).toEqual([]);
  const secrets = rights.filter(({ resource }) => resource === "secrets").map(text);
  expect(secrets.filter((right) => !ofCharts.has(right))).toEqual([]);
});

test.each(all)("no account writes the policy that holds it, or makes or removes a namespace: %j", (values) => {
  for (const role of roleNames) {
    const written = rightsOf(role, values).filter(isWrite).map(text);
    expect(written.filter((right) => /validatingadmission|^(create|delete) namespaces/.test(right))).toEqual([]);
    expect(
      written.filter((right) => right === "patch namespaces" || right.endsWith("namespaces in kube-system")),
    ).toEqual([]);
  }
});

test.each(all)("a previewer only reads, and into no Secret and no pod: %j", (values) => {
  const rights = rightsOf("previewer", values);
  expect(rights.filter(isWrite)).toEqual([]);
  expect(rights.filter(({ resource }) => /^(secrets$|pods\/(exec|proxy|attach|portforward))/.test(resource))).toEqual(
    [],
  );
});

test.each(all)("who updates and who previews reads all that the stack makes, for both compare it: %j", (values) => {
  const config = parseConfig({ accounts: true, policy: { mode: "warn" }, ...values });
  for (const role of ["updater", "previewer"] as const) {
    const given = new Set(roleRights(role, config).map(text));
    const lacking = neededRights(config, 36).filter(
      ({ verb, resource, namespace }) =>
        verb === "get" &&
        !/^(secrets$|pods\/)/.test(resource) &&
        !given.has(text({ verb, resource, ...(namespace && { namespace }) })),
    );
    expect(lacking.map(text)).toEqual([]);
    expect(guardObjects(config).filter((object) => !given.has(text({ verb: "get", ...object })))).toEqual([]);
  }
});

describe("the services of a stack", () => {
  const stack = { accounts: true, policy: { mode: "warn" }, strategy: "istio", platform: "dev", monitoring: true };
  const values = {
    ...stack,
    services: { orders: { strategy: "rollout-canary" }, search: { strategy: "nginx-header" } },
  };
  const services = ["orders", "search"].map((name) => parseConfig(serviceValues(values, name, schemaDefaults())));
  const further = (role: RoleName) => rightsOnServices(role, parseConfig(values), services);
  const rightsIn = (role: RoleName) => [...roleRights(role, parseConfig(values)), ...further(role)];

  test("an updater may all in them that `up` needs, and gives no right there", () => {
    const given = new Set(rightsIn("updater").map(text));
    const needed = services.flatMap((service) => [
      ...updateRights(service, 36),
      ...guardObjects(service).map((object) => ({ verb: "get", ...object })),
    ]);
    expect(needed.map(text).filter((right) => !given.has(right))).toEqual([]);
    const kinds = /^(secrets|serviceaccounts|(cluster)?role(binding)?s|validatingadmission)/;
    expect(further("updater").filter((right) => isWrite(right) && kinds.test(right.resource))).toEqual([]);
    expect(given).toContain("patch rollouts.argoproj.io/status in canary-lab-orders");
    expect(given).not.toContain("create namespaces");
  });

  test("a previewer reads what it would compare in them", () => {
    const given = rightsIn("previewer");
    expect(given.map(text)).toContain("get rollouts.argoproj.io in canary-lab-orders");
    expect(given.filter(isWrite)).toEqual([]);
  });

  test("what is further comes beside the account's own, once, and the others have nothing there", () => {
    const all = rightsIn("updater").map(text);
    expect(new Set(all).size).toBe(all.length);
    for (const role of ["mover", "viewer"] as const) expect(further(role)).toEqual([]);
    expect(rightsOnServices("updater", parseConfig(values), [])).toEqual([]);
  });
});

describe("the cluster's own registry", () => {
  const registry = "canary-lab-registry";
  const inRegistry = (role: RoleName, use: RegistryUse) =>
    linesOf(rightsOf(role, { platform: "existing" }, use).filter(({ namespace }) => namespace === registry)).filter(
      (line) => !line.includes("rbac"),
    );

  test("that another stack brought gets images of an updater", () => {
    expect(inRegistry("updater", "uses")).toEqual([
      `pods in ${registry}: list`,
      `pods/portforward in ${registry}: get create`,
      `configmaps in ${registry}: get patch`,
    ]);
    for (const role of ["mover", "previewer"] as const)
      expect(inRegistry(role, "uses")).toEqual([`configmaps in ${registry}: get`]);
    expect(inRegistry("viewer", "uses")).toEqual([]);
    expect(roleNames.flatMap((role) => inRegistry(role, undefined))).toEqual([]);
  });

  test("that the stack brings is changed by its updater", () => {
    const given = new Set(rightsOf("updater", { platform: "existing" }, "brings").map(text));
    const made = registryObjects.map((object) => text({ verb: "patch", ...object }));
    expect([...made, `patch namespaces in ${registry}`].filter((right) => !given.has(right))).toEqual([]);
  });

  test("has the accounts' roles, which whoever gives rights makes", () => {
    const config = parseConfig({ platform: "existing", accounts: true });
    const making = `escalate roles.rbac.authorization.k8s.io in ${registry}`;
    expect(guardRights(config, "uses").map(text)).toContain(making);
    expect(guardRights(config).map(text)).not.toContain(making);
  });
});
