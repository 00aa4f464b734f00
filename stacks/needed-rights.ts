import { factsOf } from "../canary/strategies.ts";
import { clusterRegistry } from "../cluster/images/cluster-registry.ts";
import type { Right } from "../components/accounts/render-account.ts";
import type { MadeConfig, MadeObjects } from "./application-kinds.ts";
import { madeObjects, registryObjects } from "./made-objects.ts";
import {
  following,
  further,
  inside,
  making,
  ofClient,
  ofPlatform,
  ofProxies,
  ofRegistry,
  ofRollouts,
  once,
  type RegistryUse,
} from "./rights.ts";

/** Whoever gives rights that they have not themselves, as charts do, needs these. */
const granting = ["escalate", "bind"];
const isRole = (resource: string): boolean => /^(cluster)?roles\./.test(resource);

/** By which objects are made, changed and removed. */
export const rightsToMake = (objects: readonly MadeObjects[]): readonly Right[] =>
  objects.flatMap((object) =>
    [...making, ...(isRole(object.resource) ? granting : [])].map((verb) => ({ verb, ...object })),
  );

/**
 * What an account must be allowed for a stack whose accounts and policies stay as they are: to make all else that it makes, and to run the
 * commands. Each right once. What the others take is `guardRights`.
 *
 * @param minor the API server's, such as 36 for Kubernetes 1.36
 */
export function neededRights(config: MadeConfig, minor: number, registry?: RegistryUse): readonly Right[] {
  const { namespace, strategy } = config;
  const made = updatedObjects(config, registry);
  const isRollout = factsOf(strategy).owner === "rollout-controller";
  const used = [...ofProxies(minor), ...ofClient(minor), ...following, ...further, ...(isRollout ? ofRollouts : [])];
  const all: Right[] = [
    ...rightsToMake(made),
    // Where a release is, Helm looks for its revisions, and notes in the old one that it is superseded.
    ...made
      .filter(({ resource }) => resource === "secrets")
      .flatMap((object) => ["list", "update"].map((verb) => ({ verb, ...object }))),
    ...inside(namespace, used),
    ...inside(clusterRegistry.namespace, ofRegistry(registry, minor)),
    ...ofPlatform(config, minor),
    { verb: "list", resource: "namespaces" }, // in the first update: a stack may have been deployed under another name
  ];
  return once(all);
}

/** What an update makes beside the stack's accounts and policies. */
export const updatedObjects = (config: MadeConfig, registry?: RegistryUse): readonly MadeObjects[] => [
  ...madeObjects(config),
  ...(registry === "brings" ? registryObjects : []),
];

/** As {@link neededRights}, for a stack whose namespaces are there: none is made or removed. */
export function updateRights(config: MadeConfig, minor: number, registry?: RegistryUse): readonly Right[] {
  const places = updatedObjects(config, registry).flatMap(({ namespace }) => namespace ?? []);
  return once([
    ...neededRights(config, minor, registry).filter(({ resource }) => resource !== "namespaces"),
    ...places.flatMap((place) => (place === "kube-system" ? [] : inside(place, [["namespaces", ["get", "patch"]]]))),
  ]);
}
