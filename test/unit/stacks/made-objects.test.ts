import { expect, test } from "@jest/globals";
import type { Right } from "../../../components/accounts/render-account.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { clusterWideChanges, madeObjects, programObjects, registryObjects } from "../../../stacks/made-objects.ts";
import { neededRights } from "../../../stacks/needed-rights.ts";
import { guardObjects, guardRights } from "../../../stacks/roles.ts";
import { type Manifest, manifestsOf } from "../../e2e/support/manifests.ts";
import { variations } from "../../e2e/support/variations.ts";

const plural = (kind: string): string =>
  `${kind
    .toLowerCase()
    .replace(/([^aeiou])y$/, "$1ie")
    .replace(/s$/, "se")}s`;

const placeOf = ({ resource, namespace }: { readonly resource: string; readonly namespace?: string }) =>
  namespace === undefined ? resource : `${resource} in ${namespace}`;

function madeBy({ apiVersion, kind, metadata: { namespace } }: Manifest): string {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return placeOf({ resource: plural(kind) + group, ...(namespace !== undefined && { namespace }) });
}

const places = (objects: readonly { readonly resource: string; readonly namespace?: string }[]) =>
  [...new Set(objects.map(placeOf))].sort();

const analysed = { strategy: "rollout-canary", monitoring: true, analysis: "step" };

/** The first of each strategy, those that make more than it, and what a strategy's variations leave out. */
const cases: readonly (readonly [title: string, values: RawConfig])[] = [
  ...Object.entries(variations).map(([strategy, stacks]) => [strategy, { strategy, ...stacks.plain }] as const),
  ["monitored", { strategy: "istio", monitoring: true }],
  ["monitored, where pods split the traffic", { strategy: "replica-ratio", monitoring: true }],
  ["judged", analysed],
  ["analysed by the objective", { ...analysed, analysisBy: "objective" }],
  ["scaled by load", { strategy: "istio", autoscaling: { maxReplicas: 4 } }],
  ["the controller of the namespace", { strategy: "rollout-canary", rollouts: "namespace" }],
  ["with accounts", { strategy: "istio", monitoring: true, accounts: true }],
  ["with accounts, by header", { strategy: "nginx-header", accounts: true }],
  ["with a policy", { strategy: "istio", policy: { mode: "enforce" } }],
  ["kept apart", { strategy: "istio", monitoring: true, isolation: { mode: "enforce" } }],
  ["kept apart, with addresses", { strategy: "gateway-api", isolation: { mode: "enforce", egress: ["10.0.0.0/8"] } }],
  ["with a priority", { strategy: "rolling-update", isolation: { mode: "enforce", priority: 1000 } }],
  ["kept apart by the mesh alone", { strategy: "istio", isolation: { mode: "enforce", networkPolicies: false } }],
  ["on another stack's platform", { strategy: "rollout-blue-green", monitoring: true, platform: "dev" }],
];

test.each(cases)(
  "what is said to be made is what the program renders: %s",
  async (_title, values) => {
    const rendered = await manifestsOf(values);
    const config = parseConfig(values);
    const said = [...programObjects(config), ...guardObjects(config)];
    expect(places(said)).toEqual([...new Set(rendered.map(madeBy))].sort());
  },
  60_000,
);

const rightsOf = (values: RawConfig) => neededRights(parseConfig(values), 36);
const own = "canary-lab";

test("the rights cover all that is made, each once, and what the commands do", () => {
  for (const [, values] of cases) {
    const config = parseConfig(values);
    const listed = rightsOf(values).map((right) => `${right.verb} ${placeOf(right)}`);
    expect(listed).toHaveLength(new Set(listed).size);
    const rights = new Set([...listed, ...guardRights(config).map((right) => `${right.verb} ${placeOf(right)}`)]);
    const made = [...madeObjects(config), ...guardObjects(config)].flatMap((object) =>
      ["get", "list", "watch", "create", "patch", "delete"].map((verb) => `${verb} ${placeOf(object)}`),
    );
    const further = [
      "list namespaces",
      `create pods/exec in ${own}`,
      `create pods/portforward in ${own}`,
      `patch configmaps in ${own}`,
      `get pods/proxy in ${own}`,
      `create leases.coordination.k8s.io in ${own}`,
    ];
    expect([...made, ...further].filter((right) => !rights.has(right))).toEqual([]);
  }
});

test("a Rollout's status is patched by its own right, and by no stack without one", () => {
  const status: Right = { verb: "patch", resource: "rollouts.argoproj.io/status", namespace: own };
  expect(rightsOf({ strategy: "rollout-canary" })).toContainEqual(status);
  expect(rightsOf({ strategy: "istio" })).not.toContainEqual(status);
});

test("on another's platform nothing is written outside of the namespace but the namespace itself", () => {
  const rights = rightsOf({ strategy: "rollout-canary", monitoring: true, platform: "existing" });
  const written = rights.filter(({ verb, namespace }) => namespace !== own && !["get", "list"].includes(verb));
  expect(new Set(written.map(({ resource }) => resource))).toEqual(new Set(["namespaces"]));
  expect(clusterWideChanges(parseConfig({ platform: "existing" }))).toEqual([
    "namespace canary-lab, with what is in it",
  ]);
});

test("all that is added for the whole cluster is named", () => {
  const lines = clusterWideChanges(
    parseConfig({ monitoring: true, rollouts: "cluster", gatewayApi: true, argoCd: true, gatewayNodePort: 30085 }),
  );
  expect(lines).toEqual([
    "namespaces canary-lab, istio-system, istio-ingress, monitoring, argo-rollouts, argocd, with what is in them",
    "of Istio, for the whole cluster: definitions of networking.istio.io, security.istio.io, telemetry.istio.io, extensions.istio.io, clusterroles, clusterrolebindings, mutatingwebhookconfigurations, validatingwebhookconfigurations",
    "of the monitoring, for the whole cluster: definitions of monitoring.coreos.com, clusterroles, clusterrolebindings, mutatingwebhookconfigurations, validatingwebhookconfigurations",
    "of Argo Rollouts, for the whole cluster: definitions of argoproj.io, clusterroles, clusterrolebindings",
    "of the Gateway API, for the whole cluster: definitions of gateway.networking.k8s.io",
    "of Argo CD, for the whole cluster: definitions of argoproj.io, clusterroles, clusterrolebindings",
    "Services in kube-system, by which the monitoring reads the cluster's own parts",
    "port 30085 of every node, for the ingress gateway",
  ]);
  expect(clusterWideChanges(parseConfig({})).join()).not.toMatch(/monitoring|argo|gateway\.networking/);
});

test("an account that installs a mesh may give the rights of its charts", () => {
  const rights = rightsOf({ strategy: "istio" });
  for (const resource of ["clusterroles.rbac.authorization.k8s.io", "roles.rbac.authorization.k8s.io"])
    for (const verb of ["escalate", "bind"])
      expect(rights.some((right) => right.resource === resource && right.verb === verb)).toBe(true);
  expect(rightsOf({ platform: "existing" }).some(({ verb }) => verb === "escalate")).toBe(false);
});

test("what brings images into the cluster's own registry has rights in its namespace alone", () => {
  const config = parseConfig({ platform: "existing" });
  const registry = "canary-lab-registry";
  const rights = (use: "brings" | "uses" | undefined, minor = 36) =>
    neededRights(config, minor, use)
      .filter(({ namespace }) => namespace === registry)
      .map(({ verb, resource }) => `${verb} ${resource}`);
  expect(rights(undefined)).toEqual([]);
  expect(rights("uses")).toEqual([
    "list pods",
    "get pods/portforward",
    "create pods/portforward",
    "get configmaps",
    "patch configmaps",
  ]);
  expect(rights("uses", 34)).not.toContain("create pods/portforward");
  const brought = new Set(rights("brings"));
  const wanted = registryObjects.flatMap(({ resource }) =>
    ["get", "list", "watch", "create", "patch", "delete"].map((verb) => `${verb} ${resource}`),
  );
  expect(
    [...rights("uses"), ...wanted, "list events", "watch daemonsets.apps"].filter((right) => !brought.has(right)),
  ).toEqual([]);
});
