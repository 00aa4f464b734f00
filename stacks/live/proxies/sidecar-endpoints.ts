import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import { clientName } from "../../../components/names.ts";
import { isReady, type PodList } from "./exec.ts";
import type { AskProxy } from "./pod-access.ts";
import type { ProxyProbe } from "./proxies.ts";

/** What is asked of a sidecar's proxy: the pods that it knows of, and what it counts of each. */
export const endpointsPath = "/clusters?format=json";

interface ClusterStatus {
  readonly name: string;
  readonly host_statuses?: readonly {
    readonly address?: { readonly socket_address?: { readonly address?: string } };
    readonly stats?: readonly { readonly name: string; readonly value?: string }[];
  }[];
}

export const clusterStatuses = (dump: string): readonly ClusterStatus[] =>
  (JSON.parse(dump) as { readonly cluster_statuses?: readonly ClusterStatus[] }).cluster_statuses ?? [];

/** Whether a sidecar has been told of a Service at all. */
export const knowsService = (dump: string, service: string, namespace: string): boolean =>
  clustersOf(dump, service, namespace).length > 0;

const clustersOf = (dump: string, service: string, namespace: string): readonly ClusterStatus[] =>
  clusterStatuses(dump).filter(({ name }) => {
    const [direction, , , host] = name.split("|");
    return direction === "outbound" && host?.startsWith(`${service}.${namespace}.svc.`);
  });

/** The addresses that a sidecar sends a Service's requests to. @param ofSubset default: none, as where no route leads to a subset */
export function sidecarEndpoints(dump: string, service: string, namespace: string, ofSubset = ""): ReadonlySet<string> {
  const found = clustersOf(dump, service, namespace).find(({ name }) => name.split("|")[2] === ofSubset);
  return new Set(found?.host_statuses?.flatMap(({ address }) => address?.socket_address?.address ?? []));
}

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((address) => other.has(address));

/** The pods that a Service is to lead to. */
interface Pods {
  readonly namespace: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether a proxy sends a Service's requests to pods with these labels alone, and to one at least. A selector that was moved says nothing
 * of that: the proxies learn of the pods behind it later.
 */
export const leadsOnlyTo =
  (cluster: Pick<ClusterClient, "get">, { namespace, service, labels }: Pods): ProxyProbe =>
  async (ask) => {
    const [dump, pods] = await Promise.all([ask(endpointsPath), cluster.get<PodList>(podsPath(namespace, labels))]);
    const known = sidecarEndpoints(dump, service, namespace);
    const meant = new Set(pods?.items.map(({ status }) => status?.podIP));
    const others = [...known].filter((address) => !meant.has(address));
    if (known.size > 0 && others.length === 0) return undefined;
    return known.size === 0 ? `no pods of ${service}` : `other pods of ${service}: ${others.join(", ")}`;
  };

const timeout = { seconds: 60, everyMilliseconds: 300 } as const;

/**
 * Waits until the client's sidecar knows of the pods that are ready and of no other: where pods are the share, a pod that is on its
 * way out or in would be blamed on the split.
 *
 * @param labels of the pods behind the Service
 * @throws UserError after a minute
 */
export async function waitForEndpoints(
  ask: AskProxy,
  cluster: ClusterClient,
  { app, namespace }: ApplicationName,
  { service, labels }: Pick<Pods, "service" | "labels">,
): Promise<void> {
  let known: ReadonlySet<string> = new Set();
  let ready: ReadonlySet<string> = new Set();
  const look = async () => {
    const pods = await cluster.get<PodList>(podsPath(namespace, labels));
    ready = new Set(pods?.items.filter(isReady).flatMap(({ status }) => status?.podIP ?? []));
    known = sidecarEndpoints(await ask(endpointsPath), service, namespace);
    return ready.size > 0 && isSame(ready, known);
  };
  if (await until(look, timeout)) return;
  throw new UserError(
    `The client's sidecar knows of ${known.size} pods behind ${service}, and ${ready.size} of them are ready.`,
    { place: `deployment ${namespace}/${clientName(app)}`, next: "npx canaryctl doctor" },
  );
}
