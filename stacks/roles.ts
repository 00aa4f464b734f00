import { factsOf } from "../canary/strategies.ts";
import type { Right } from "../components/accounts/render-account.ts";
import { applicationKinds, type MadeConfig, type MadeObjects, routeKinds, workloadKinds } from "./application-kinds.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import { following, further, inside, making, ofPlatform, ofProxies, ofRollouts, type Used } from "./rights.ts";

/** What accounts there are of an application, beside that of whoever updates its stack (`neededRights`). */
export const roleNames = ["mover", "viewer"] as const;
export type RoleName = (typeof roleNames)[number];

/** The rights that a version of Kubernetes newer than all asks for: an older one is asked for no less. */
const newest = Number.POSITIVE_INFINITY;

/** What `status`, `doctor` and `history` read in the application's namespace. No Secret is among it. */
const reading = (config: MadeConfig): Used => [
  ["namespaces", ["get"]],
  ...[
    ...applicationKinds(config),
    "pods",
    "events",
    "resourcequotas",
    "configmaps",
    "replicasets.apps",
    "networkpolicies.networking.k8s.io",
    "horizontalpodautoscalers.autoscaling",
    "leases.coordination.k8s.io",
    "rollouts.argoproj.io",
    "analysisruns.argoproj.io",
  ].map((resource) => [resource, ["get", "list"]] as const),
  ["pods/log", ["get"]],
];

const ofRolloutsIn = ({ strategy }: MadeConfig): Used =>
  factsOf(strategy).owner === "rollout-controller" ? ofRollouts : [];

/** What moves and the end of a release write. A route that somebody has removed is made again by a rollback, and removed by none. */
function moving(config: MadeConfig): Used {
  const remaking = making.filter((verb) => verb !== "delete");
  const endsWithCanary = ["ingresses.networking.k8s.io"];
  return [
    ["namespaces", ["patch"]], // the note of what was applied
    ...routeKinds(config).map((kind) => [kind, endsWithCanary.includes(kind) ? making : remaking] as const),
    ...workloadKinds(config).map((kind) => [kind, making] as const),
    ...ofProxies(newest),
    ...following,
    ...further,
    ...ofRolloutsIn(config),
  ];
}

const rights: Readonly<Record<RoleName, (config: MadeConfig) => readonly Right[]>> = {
  /** Moves the traffic, has it judged, rolls it back and ends a release. */
  mover: (config) => [
    ...rights.viewer(config),
    ...inside(config.namespace, moving(config)),
    ...ofPlatform(config, newest),
  ],
  /** Looks at one application, and into no pod of it. */
  viewer: (config) => inside(config.namespace, reading(config)),
};

/** What each account of an application may do, each right once. */
export function roleRights(role: RoleName, config: MadeConfig): readonly Right[] {
  const all = rights[role](config);
  return [...new Map(all.map((right) => [`${right.verb} ${right.resource} ${right.namespace}`, right])).values()];
}

/** The config with the places of a platform that is only found in the update. */
export const placedBy = <Config extends MadeConfig>(
  config: Config,
  { ingress, monitoring }: Pick<PlatformFacts, "ingress" | "monitoring">,
): Config => ({
  ...config,
  ...(ingress && { ingressGateway: ingress.namespace }),
  ...(monitoring && { prometheus: monitoring.namespace }),
});

/** The objects of the accounts; none where the config asks for none. */
export function accountObjects(config: MadeConfig): readonly MadeObjects[] {
  if (!config.accounts) return [];
  const places = roleNames.flatMap((role) => roleRights(role, config).map(({ namespace }) => namespace));
  return [
    { resource: "serviceaccounts", namespace: config.namespace },
    ...[...new Set(places)].flatMap((namespace) =>
      (namespace === undefined ? ["clusterroles", "clusterrolebindings"] : ["roles", "rolebindings"]).map((kind) => ({
        resource: `${kind}.rbac.authorization.k8s.io`,
        ...(namespace !== undefined && { namespace }),
      })),
    ),
  ];
}
