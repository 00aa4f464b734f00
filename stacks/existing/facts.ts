import { factsOf } from "../../canary/strategies.ts";
import type { PlatformPart } from "../../cluster/target.ts";
import type { LabConfig } from "../config/schema.ts";
import { type Lack, lacks, type PlatformFacts } from "../platform-facts.ts";
import { existingPlatform, neededParts } from "../platform-parts.ts";
import { ingressFacts } from "./ingress.ts";
import { meshFacts } from "./mesh.ts";
import { monitoringFacts } from "./monitoring.ts";
import { type Deployment, type ExistingObjects, type Fault, setOneOf } from "./objects.ts";
import { ownedFault, stackOf } from "./owned.ts";
import { usable, versionOf } from "./version.ts";

/** The facts of a platform, or all that a stack needs and cannot have of it. */
type FoundPlatform = { readonly facts: PlatformFacts } | { readonly faults: readonly Fault[] };

/**
 * The platform that a cluster has, from the objects that were read of it. What the config does not need may be there or not, in any version
 * and any number.
 */
export function existingFacts(objects: ExistingObjects, config: LabConfig): FoundPlatform {
  const parts = neededParts(config);
  const mesh = meshFacts(objects, config.istioRevision);
  const ingress = ingressFacts(objects, config.ingressGateway);
  const monitoring = monitoringFacts(objects, config.prometheus, config.namespace) ?? null;
  const rollouts = rolloutsFacts(objects);
  const gatewayApi = gatewayApiVersion(objects);
  const isNeeded = (part: PlatformPart) => parts.includes(part);
  const faults = [
    faultOf(mesh),
    factsOf(config.strategy).entry === "istio-gateway" ? faultOf(ingress) : undefined,
    isNeeded("monitoring") ? faultOf(monitoring) : undefined,
    isNeeded("rollouts") ? faultOf(rollouts) : undefined,
    isNeeded("gateway-api") ? faultOf(gatewayApi) : undefined,
  ].filter((fault) => fault !== undefined);
  if (isFault(mesh)) return { faults };
  const facts: PlatformFacts = {
    owner: existingPlatform,
    mesh,
    ingress: orNull(ingress),
    monitoring: orNull(monitoring),
    rollouts: orNull(rollouts),
    gatewayApi: orNull(gatewayApi),
  };
  const told: Record<PlatformPart, boolean> = {
    monitoring: isFault(monitoring),
    rollouts: isFault(rollouts),
    "gateway-api": isFault(gatewayApi),
    "istio-cni": false,
  };
  const missing = lacks(config, facts).filter(({ part }) => !told[part]);
  const all = [...faults, ...missing.map(lackFault)];
  return all.length > 0 ? { faults: all } : { facts };
}

const isFault = (found: unknown): found is Fault => typeof found === "object" && found !== null && "cause" in found;
const faultOf = (found: unknown): Fault | undefined => (isFault(found) ? found : undefined);
const orNull = <T>(found: T | Fault): T | null => (isFault(found) ? null : found);

/** What a stack sets that does without a part. */
const without: Readonly<Record<PlatformPart, readonly [key: string, value: string]>> = {
  monitoring: ["monitoring", "false"],
  rollouts: ["strategy", "istio"],
  "gateway-api": ["strategy", "istio"],
  "istio-cni": ["istioCni", "false"],
};

function lackFault({ part, need, instead }: Lack): Fault {
  const [key, value] = without[part];
  return {
    cause: `this stack has ${need}, and the cluster has ${instead}`,
    allowed: `${key} ${value}; or the part, installed by whoever installed the rest`,
    next: setOneOf(key, [value]),
  };
}

/** The controllers that watch the whole cluster; one of a single namespace is of no use for a namespace that is still to be made. */
function rolloutsFacts(objects: ExistingObjects): PlatformFacts["rollouts"] | Fault {
  const [controller] = objects.rollouts.toSorted((one, other) => Number(isNarrow(one)) - Number(isNarrow(other)));
  if (!controller) return null;
  const { namespace } = controller.metadata;
  const owner = stackOf(objects, namespace);
  if (owner !== undefined) return ownedFault(`the Rollouts controller in namespace ${namespace}`, owner);
  if (isNarrow(controller)) return "namespace";
  const version = usable("rollouts", versionOf(controller), controller);
  return typeof version === "string" ? "cluster" : version;
}

const isNarrow = ({ spec }: Deployment): boolean =>
  spec.template.spec.containers.some(({ args = [] }) => args.includes("--namespaced"));

function gatewayApiVersion({ httpRoutes }: ExistingObjects): string | null | Fault {
  if (!httpRoutes) return null;
  const noted = httpRoutes.metadata.annotations?.["gateway.networking.k8s.io/bundle-version"];
  return usable("gatewayApi", noted?.replace(/^v/, ""), httpRoutes);
}
