import { factsOf } from "../canary/strategies.ts";
import { clusterRegistry } from "../cluster/images/cluster-registry.ts";
import type { Right } from "../components/accounts/render-account.ts";
import { applicationKinds, type MadeConfig, type MadeObjects, routeKinds, workloadKinds } from "./application-kinds.ts";
import { rightsToMake, updatedObjects, updateRights } from "./needed-rights.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import { policyObjects } from "./policy.ts";
import {
  following,
  further,
  inside,
  lookedUp,
  making,
  ofPlatform,
  ofProxies,
  ofRollouts,
  once,
  type RegistryUse,
  type Used,
} from "./rights.ts";
import { type RoleName, roleNames } from "./role-names.ts";

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

/** By which an image that was built here is known by its digest. */
const ofNotes = (registry: RegistryUse): readonly Right[] =>
  registry === undefined ? [] : inside(clusterRegistry.namespace, [["configmaps", ["get"]]]);

/** Into no Secret and no pod. */
const isReading = ({ verb, resource }: Right): boolean =>
  ["get", "list"].includes(verb) && !/^(secrets$|pods\/)/.test(resource);

type Rights = (config: MadeConfig, registry: RegistryUse) => readonly Right[];

/** What each account may, but for the reading of {@link guardObjects}. */
const rights: Readonly<Record<RoleName, Rights>> = {
  /** Makes the stack what its config says. Of one that owns its platform it has what the charts of that take, which is to give rights. */
  updater: (config, registry) => [
    ...lookedUp,
    ...inside(config.namespace, reading(config)),
    ...updateRights(config, newest, registry), // a new namespace comes with new rights, which this account gives to none
  ],
  /** Moves the traffic, has it judged, rolls it back and ends a release. */
  mover: (config, registry) => [
    ...inside(config.namespace, [...reading(config), ...moving(config)]),
    ...ofPlatform(config, newest),
    ...ofNotes(registry),
  ],
  /** Sees what an update would change, in the config and in the cluster. */
  previewer: (config, registry) => [
    ...lookedUp,
    ...inside(config.namespace, reading(config)),
    ...updatedObjects(config, registry)
      .map((object) => ({ verb: "get", ...object }))
      .filter(isReading),
    ...ofPlatform(config, newest).filter(isReading),
    ...ofNotes(registry),
  ],
  /** Looks at one application, and into no pod of it. */
  viewer: (config) => inside(config.namespace, reading(config)),
};

const readsGuards: readonly RoleName[] = ["updater", "previewer"];

/**
 * What each account of an application may do, each right once.
 *
 * @param registry what the stack's images need of the cluster's own
 */
export const roleRights = (role: RoleName, config: MadeConfig, registry?: RegistryUse): readonly Right[] =>
  once([
    ...rights[role](config, registry),
    ...(readsGuards.includes(role) ? guardObjects(config, registry).map((object) => ({ verb: "get", ...object })) : []),
  ]);

/** The roles of commands that are about all of a stack. */
const ofWholeStack: readonly RoleName[] = ["updater", "previewer"];

/**
 * What an account of a stack's own application may do in its services, beside {@link roleRights}: what those of the same role may. Nothing
 * for a role whose commands are about one application.
 */
export function rightsOnServices(
  role: RoleName,
  config: MadeConfig,
  services: readonly MadeConfig[],
  registry?: RegistryUse,
): readonly Right[] {
  if (!ofWholeStack.includes(role)) return [];
  const own = roleRights(role, config, registry);
  return once([...own, ...services.flatMap((service) => roleRights(role, service, registry))]).slice(own.length);
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
export function accountObjects(config: MadeConfig, registry?: RegistryUse): readonly MadeObjects[] {
  if (!config.accounts) return [];
  const places = roleNames.flatMap((role) => rights[role](config, registry).map(({ namespace }) => namespace));
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

/** What of a stack gives its accounts their rights, and what holds it to its policy: an account that could write it would be its own guard. */
export const guardObjects = (config: MadeConfig, registry?: RegistryUse): readonly MadeObjects[] => [
  ...accountObjects(config, registry),
  ...policyObjects(config),
];

/** What an account must be allowed beside `neededRights` to make a stack's accounts and policies, or to change them. */
export const guardRights = (config: MadeConfig, registry?: RegistryUse): readonly Right[] =>
  rightsToMake(guardObjects(config, registry));

/** What they add to the cluster outside of the application's namespace, one line each for people. */
export function guardChanges(config: MadeConfig): readonly string[] {
  const places = accountObjects(config).map(({ namespace = "the whole cluster" }) => namespace);
  const outside = [...new Set(places)].filter((place) => place !== config.namespace);
  return [
    ...(outside.length === 0 ? [] : [`rights of the application's accounts in ${outside.join(", ")}`]),
    ...(policyObjects(config).length > 0 ? [`admission policies for namespace ${config.namespace} alone`] : []),
  ];
}
