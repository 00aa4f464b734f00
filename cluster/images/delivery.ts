import { UserError } from "@canary-lab/kit/user-error";
import { clusterRegistryAddress } from "./cluster-registry.ts";

/** What a stack says of its images. */
export interface ImageRequest {
  /** The images that are built here, as the config names them; none where all are in a registry already. */
  readonly built: readonly string[];
  /** The registry that the config or the lab's own cluster names. */
  readonly registry?: { readonly address: string; readonly reason: string };
  /** The address by which the nodes pull from that registry, where it is another one. */
  readonly pullRegistry?: string;
  /** Such as `linux/amd64`. */
  readonly platform?: string;
  /** The stack's file. */
  readonly place: string;
  /** The annotation by which a namespace says which stack made it. */
  readonly ownerAnnotation: string;
}

/** A registry that a cluster announces, by the field names of KEP-1755. */
export interface AnnouncedRegistry {
  /** `host[:port][/path]` as this machine names it. */
  readonly host?: string;
  /** The same as the nodes' container runtime names it; absent where that is {@link host}. */
  readonly hostFromContainerRuntime?: string;
}

/** What a cluster says of images, each undefined where it was not asked, or does not say. */
interface ClusterImages {
  readonly announced?: AnnouncedRegistry | undefined;
  /** Of the Linux nodes that take pods, such as `amd64`. */
  readonly architectures?: readonly string[] | undefined;
  /** The stack that brought the cluster's own registry, by its full name; undefined where there is none. */
  readonly broughtBy?: string | undefined;
}

export interface ImageRegistry {
  /** `host[:port][/path]` that images are pushed to. */
  readonly push: string;
  /** The same registry as the nodes name it. */
  readonly pull: string;
  /** Why this one, in words for the user. */
  readonly reason: string;
}

/** The registry that a stack of the lab brings into the cluster: images go there from here, through the API server. */
export interface ClusterRegistry {
  readonly push?: never;
  /** As the nodes name it. */
  readonly pull: string;
  /** Why this one, in words for the user. */
  readonly reason: string;
  /** The stack that brought it, by its full name; undefined where it is still to come. */
  readonly broughtBy?: string;
}

/** How images that are built here get to the pods. */
export type ImageDelivery = (ImageRegistry | ClusterRegistry) & {
  /** Such as `linux/amd64`; undefined where the nodes are not known, and the builder's own is taken. */
  readonly platform?: string;
};

const announcement = "ConfigMap kube-public/local-registry-hosting";

/** The registry of a stack: the one that is named goes before the one that the cluster announces. Undefined where there is neither. */
export function registryOf(
  { registry, pullRegistry }: Pick<ImageRequest, "registry" | "pullRegistry">,
  announced: AnnouncedRegistry | undefined,
): ImageRegistry | undefined {
  if (registry) return { push: registry.address, pull: pullRegistry ?? registry.address, reason: registry.reason };
  if (announced?.host === undefined) return undefined;
  const { host, hostFromContainerRuntime: runtime } = announced;
  return { push: host, pull: pullRegistry ?? runtime ?? host, reason: `the cluster announces it in ${announcement}` };
}

/** The cluster's own registry, for a stack that no other is named to. */
export const clusterRegistryOf = (broughtBy: string | undefined): ClusterRegistry => ({
  pull: clusterRegistryAddress,
  reason: "neither imageRegistry nor the cluster names another",
  ...(broughtBy !== undefined && { broughtBy }),
});

/**
 * Where images that are built here go, and for what they are built. Undefined where none is.
 *
 * @throws UserError where there are nodes of several architectures and no word on which is meant
 */
export function deliveryOf(
  request: ImageRequest,
  { announced, architectures, broughtBy }: ClusterImages,
): ImageDelivery | undefined {
  if (request.built.length === 0) return undefined;
  const registry = registryOf(request, announced) ?? clusterRegistryOf(broughtBy);
  const [first, ...others] = [...new Set(architectures)].map((architecture) => `linux/${architecture}`).toSorted();
  if (request.platform === undefined && first !== undefined && others.length > 0)
    throw mixedNodes(request, [first, ...others]);
  const platform = request.platform ?? first;
  return { ...registry, ...(platform !== undefined && { platform }) };
}

/** A delivery in one sentence. */
export function describeDelivery({ push, pull, platform, reason }: ImageDelivery): string {
  const nodes = pull === push ? "" : `, which the nodes name ${pull}`;
  const to = push ?? "the cluster's own registry through its API server";
  return `Images are ${platform === undefined ? "" : `built for ${platform} and `}pushed to ${to}${nodes}: ${reason}.`;
}

const mixedNodes = ({ place }: ImageRequest, platforms: readonly string[]): UserError =>
  new UserError(`The cluster has nodes for ${platforms.join(" and ")}, and an image is built for one of them.`, {
    place: `imagePlatform in ${place}`,
    allowed: `${platforms.join(", ")}; or images that need no build`,
    next: platforms.map((platform) => `npx canaryctl config set imagePlatform ${platform} && npx canaryctl up`),
  });
