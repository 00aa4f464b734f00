import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { configMapPath, namespacePath } from "../kube/paths.ts";
import { readIfAllowed } from "../kube/read-if-allowed.ts";
import { clusterRegistry } from "./cluster-registry.ts";
import {
  type AnnouncedRegistry,
  clusterRegistryOf,
  deliveryOf,
  type ImageDelivery,
  type ImageRegistry,
  type ImageRequest,
  registryOf,
} from "./delivery.ts";

type Client = Pick<ClusterClient, "get">;

/** A node, as far as it tells for what a pod there must be built. */
interface NodeObject {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
}

/**
 * How images get to the pods: {@link deliveryOf}, with the cluster asked for what the stack does not say. What an account
 * may not read is not known: it may have a registry named to it, and builds for its own platform.
 */
export async function findDelivery(client: Client, request: ImageRequest): Promise<ImageDelivery | undefined> {
  if (request.built.length === 0) return undefined;
  const [announced, architectures, broughtBy] = await Promise.all([
    request.registry ? undefined : announcedRegistry(client),
    request.platform === undefined ? nodeArchitectures(client) : undefined,
    request.registry ? undefined : bringerOf(client, request),
  ]);
  return deliveryOf(request, { announced, architectures, broughtBy });
}

/** The same for an update that builds nothing, and is refused for nothing that a build needs. */
export async function findBuiltDelivery(client: Client, request: ImageRequest): Promise<ImageDelivery> {
  return (await findRegistry(client, request)) ?? clusterRegistryOf(await bringerOf(client, request));
}

/** The stack that brought the cluster's own registry; undefined where there is none, or where that may not be read. */
async function bringerOf(client: Client, { ownerAnnotation }: ImageRequest): Promise<string | undefined> {
  const path = namespacePath(clusterRegistry.namespace);
  const found = await readIfAllowed<{
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  }>(client, path);
  return found?.metadata.annotations?.[ownerAnnotation];
}

/** The registry of a stack that is named or announced, whether or not it builds images; undefined where there is none. */
export const findRegistry = async (
  client: Client,
  request: Pick<ImageRequest, "registry" | "pullRegistry">,
): Promise<ImageRegistry | undefined> =>
  registryOf(request, request.registry ? undefined : await announcedRegistry(client));

async function announcedRegistry(client: Client): Promise<AnnouncedRegistry | undefined> {
  const path = configMapPath("kube-public", "local-registry-hosting");
  const found = await readIfAllowed<{ readonly data?: Readonly<Record<string, string>> }>(client, path);
  const text = found?.data?.["localRegistryHosting.v1"];
  if (text === undefined) return undefined;
  const { parse } = await import("yaml");
  return announcementIn(() => parse(text));
}

const fields = ["host", "hostFromContainerRuntime"] as const;

/** What of an announcement can be used: others write it, by hand too. */
function announcementIn(read: () => unknown): AnnouncedRegistry {
  try {
    const values = (read() ?? {}) as Readonly<Record<string, unknown>>;
    const given = fields.map((field) => [field, values[field]]);
    return Object.fromEntries(given.filter(([, value]) => typeof value === "string" && /^[^\s]+$/.test(value)));
  } catch {
    return {};
  }
}

const isOpen = ({ spec }: NodeObject): boolean =>
  !spec.unschedulable && !spec.taints?.some(({ effect }) => /^No(Schedule|Execute)$/.test(effect));

/** Pods tolerate nothing: a node that is closed to them says nothing of their platform, unless all are, for a while. */
async function nodeArchitectures(client: Client): Promise<readonly string[]> {
  const linux = encodeURIComponent("kubernetes.io/os=linux");
  const path = `/api/v1/nodes?labelSelector=${linux}`;
  const nodes = await readIfAllowed<{ readonly items: readonly NodeObject[] }>(client, path);
  const all = nodes?.items ?? [];
  const open = all.filter(isOpen);
  return (open.length > 0 ? open : all).flatMap(({ metadata }) => metadata.labels?.["kubernetes.io/arch"] ?? []);
}
