import { expect, test } from "@jest/globals";
import type { Right } from "../../../components/accounts/render-account.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { neededRights } from "../../../stacks/needed-rights.ts";
import { ownFacts } from "../../../stacks/platform-facts.ts";
import { type RoleName, roleNames } from "../../../stacks/role-names.ts";
import { accountObjects, guardChanges, guardRights, placedBy, roleRights } from "../../../stacks/roles.ts";
import { manifestsOf } from "../../e2e/support/manifests.ts";
import { variations } from "../../e2e/support/variations.ts";

const own = "canary-lab";
const text = ({ verb, resource, namespace }: Right) => `${verb} ${resource}${namespace ? ` in ${namespace}` : ""}`;
const rightsOf = (role: RoleName, values: RawConfig) => roleRights(role, parseConfig(values)).map(text);
const isWrite = ({ verb }: Right) => !["get", "list", "watch"].includes(verb);

const cases: readonly RawConfig[] = [
  ...Object.entries(variations).map(([strategy, stacks]) => ({ strategy, ...stacks.plain })),
  { strategy: "istio", monitoring: true, autoscaling: { maxReplicas: 4 } },
  { strategy: "rollout-canary", monitoring: true, analysis: "step" },
  { strategy: "rollout-canary", monitoring: true, platform: "existing", prometheus: "watch/main" },
];

test.each(cases)("a viewer only reads, in its namespace, and into no Secret or pod: %j", (values) => {
  const rights = roleRights("viewer", parseConfig(values));
  expect(rights.filter((right) => isWrite(right) || right.namespace !== own)).toEqual([]);
  expect(rights.filter(({ resource }) => /^secrets|^pods\/(exec|proxy|attach|portforward)/.test(resource))).toEqual([]);
});

test.each(cases)(
  "a mover writes nothing that an update of the stack may not, and no Secret, account or right: %j",
  (values) => {
    const config = parseConfig(values);
    const needed = new Set(neededRights(config, 36).map(text));
    // The Namespace is one of the whole cluster for whoever makes it.
    const isNeeded = (right: Right) =>
      needed.has(text(right)) || (right.resource === "namespaces" && needed.has(`${right.verb} namespaces`));
    const written = roleRights("mover", config).filter(isWrite);
    expect(written.filter((right) => !isNeeded(right)).map(text)).toEqual([]);
    const kinds = /^(secrets|serviceaccounts|(cluster)?role(binding)?s|networkpolicies|resourcequotas)\b/;
    expect(written.filter(({ resource }) => kinds.test(resource))).toEqual([]);
  },
);

test.each(cases)(
  "no account leads anybody to an address outside of the cluster, by whichever strategy: %j",
  (values) => {
    const rights = roleNames.flatMap((role) => roleRights(role, parseConfig({ accounts: true, ...values }), "brings"));
    expect(rights.filter(({ resource }) => /^endpoint/.test(resource))).toEqual([]);
  },
);

test("a mover writes outside of its namespace nothing but what asks the gateway's proxies", () => {
  const rights = roleRights("mover", parseConfig({ strategy: "istio", monitoring: true }));
  expect(rights.filter((right) => right.namespace !== own).map(text)).toEqual([
    "list pods in istio-ingress",
    "get pods/portforward in istio-ingress",
    "create pods/portforward in istio-ingress",
    "get pods/proxy in istio-ingress",
    "get services/proxy in monitoring",
  ]);
  expect(rights.filter(({ resource }) => resource === "pods/exec")).toEqual([]); // it runs nothing in a pod
});

test.each([
  ["istio", "patch virtualservices.networking.istio.io"],
  ["gateway-api", "patch httproutes.gateway.networking.k8s.io"],
  ["replica-ratio", "patch deployments.apps"],
  ["rolling-update", "patch deployments.apps"],
  ["rollout-canary", "patch rollouts.argoproj.io/status"],
  ["nginx-header", "delete ingresses.networking.k8s.io"],
])("with %s a mover may %s, and a viewer not", (strategy, right) => {
  expect(rightsOf("mover", { strategy })).toContain(`${right} in ${own}`);
  expect(rightsOf("viewer", { strategy })).not.toContain(`${right} in ${own}`);
});

test("a mover removes no route that stays when a release ends", () => {
  const removed = rightsOf("mover", { strategy: "istio" }).filter((right) => right.startsWith("delete"));
  expect(removed).toEqual(
    ["deployments.apps", "poddisruptionbudgets.policy", "pods"].map((kind) => `delete ${kind} in ${own}`),
  );
});

/** With what a Role has, and a ClusterRole, of the account of a role. */
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
  }[];
}

test("what the program renders gives each account its rights, and no other", async () => {
  const values = { strategy: "istio", monitoring: true, accounts: true };
  const config = parseConfig(values);
  const manifests = (await manifestsOf(values)) as unknown as readonly Rendered[];
  for (const role of roleNames) {
    const roles = manifests.filter(
      ({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && metadata.name.endsWith(`versioned-echo-${role}`),
    );
    const given = roles.flatMap(({ metadata: { namespace }, rules }) =>
      rules.flatMap(({ apiGroups, resources: [named = ""], verbs }) => {
        const [resource, sub] = named.split("/");
        const full = [resource, ...apiGroups.filter(Boolean)].join(".") + (sub ? `/${sub}` : "");
        return verbs.map((verb) => text({ verb, resource: full, ...(namespace !== undefined && { namespace }) }));
      }),
    );
    expect(given.toSorted()).toEqual(roleRights(role, config).map(text).toSorted());
  }
}, 60_000);

test("there are no accounts unless the config asks for them, and then all that they add is named", () => {
  expect(accountObjects(parseConfig({}))).toEqual([]);
  expect(guardChanges(parseConfig({ platform: "dev", monitoring: true, accounts: true }))).toEqual([
    "rights of the application's accounts in the whole cluster, kube-public, istio-ingress, monitoring",
  ]);
  expect(guardChanges(parseConfig({ monitoring: true }))).toEqual([]);
  const granting = guardRights(parseConfig({ platform: "dev", accounts: true })).map(text);
  expect(granting).toContain("escalate roles.rbac.authorization.k8s.io in istio-ingress");
});

test("of a platform that is found its places come from what was found", () => {
  const config = parseConfig({ strategy: "istio", platform: "existing" });
  const facts = ownFacts(parseConfig({ monitoring: true }), "dev");
  const places = (of: typeof config) => new Set(roleRights("mover", of).map(({ namespace }) => namespace));
  expect(places(config)).toEqual(new Set([own, undefined]));
  expect(places(placedBy(config, facts))).toEqual(new Set([own, undefined, "istio-ingress"]));
});
