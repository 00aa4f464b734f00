import type { TargetRequest } from "../../cluster/choose.ts";
import type { TargetName } from "../../cluster/target.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import { builtImages, mayBringRegistry } from "../../stacks/image-request.ts";
import { clusterWideChanges, registryChanges, serviceChanges } from "../../stacks/made-objects.ts";
import { isOwner, platformParts } from "../../stacks/platform-parts.ts";
import { guardChanges } from "../../stacks/roles.ts";

/**
 * What a stack's config asks of the cluster that it runs in.
 *
 * @param searchPath where its context is looked for, where the config names no file: see `variablesOf`
 * @param services the configs of the stack's services
 */
export function targetRequest(
  config: LabConfig,
  searchPath?: string,
  services: readonly LabConfig[] = [],
): TargetRequest {
  const { kubeContext, kubeconfig, imageRegistry, gatewayNodePort } = config;
  return {
    ...(kubeContext && { kubeContext }),
    ...(kubeconfig && { kubeconfig }),
    ...(searchPath && { searchPath }),
    ...(imageRegistry && { imageRegistry }),
    // The gateway of a stack on another's platform is that one's, and so is the port.
    ...(isOwner(config) && { gatewayNodePort }),
    buildsImages: builtImages(config, ...services).length > 0,
    parts: platformParts(config),
    changes: [
      ...clusterWideChanges(config),
      ...services.flatMap(serviceChanges),
      ...new Set([config, ...services].flatMap(guardChanges)),
      ...(mayBringRegistry(config, ...services) ? registryChanges : []),
    ],
  };
}

/**
 * The target cluster that an `up` began to make and did not end, where it is in the way: the lab makes one at a time. A stack in a cluster
 * of the user's own has nothing to do with it, and what is left of it waits for a `down`, or for the next `up` that makes one.
 *
 * @param own made by the lab
 * @param noted by the last `up` that made one
 */
export const unfinishedTarget = (
  wanted: TargetName,
  own: TargetName | undefined,
  noted: TargetName | undefined,
): TargetName | undefined => (own !== undefined || [noted, "existing"].includes(wanted) ? undefined : noted);

/**
 * The target cluster that is in the way of another one: the one that the stack is in, or the one that the lab made here, of which there is
 * one at a time. A stack in a cluster of the user's own has nothing to do with that.
 *
 * @param recorded of the stack
 * @param own made by the lab
 */
export function otherTarget(
  wanted: TargetName,
  recorded: TargetName | undefined,
  own: TargetName | undefined,
): TargetName | undefined {
  const standing = recorded ?? (wanted === "existing" ? undefined : own);
  return standing === wanted ? undefined : standing;
}
