import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { until } from "@canary-lab/kit/until";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import { isReady, type PodList } from "./exec.ts";
import type { AskProxy, PodAccess } from "./pod-access.ts";
import { isSameShare, type Share, shareText } from "./share.ts";
import { knowsHost, routesPath, sidecarSplit } from "./sidecar-route.ts";

/** Proxies that callers of an application send through: the pods of a namespace with these labels. */
export interface ProxyGroup extends ApplicationName {
  /** How the name of the virtual host begins by which they ask for the application. */
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Values of labels that they do not carry. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
  /** Whether a proxy that knows nothing of the application is none of its callers'. Default: it is one that has not been told yet. */
  readonly mayKnowNothing?: boolean;
}

/** Where the pods of a group are listed. */
export const groupPath = ({ namespace, labels, without }: ProxyGroup): string => podsPath(namespace, labels, without);

/** What the callers' proxies have, when the wait is over. */
export interface ProxyReport {
  /** Names of the pods that have it. */
  readonly with: readonly string[];
  /** Those that are not known to have it. */
  readonly without: readonly Laggard[];
}

/** A proxy that has something else, or that gave no answer. */
export interface Laggard {
  readonly pod: string;
  /** What it has, or why it could not be asked. */
  readonly instead: string;
  readonly isUnasked: boolean;
}

export interface ProxyCluster extends Pick<PodAccess, "proxy"> {
  readonly cluster: Pick<ClusterClient, "get">;
}

/** Asks one proxy. Gives what it has instead of what is wanted; undefined where it has that. */
export type ProxyProbe = (ask: AskProxy, group: ProxyGroup) => Promise<string | undefined>;

/** Whether a proxy sends by a split. */
export const sendsBy =
  (wanted: Share): ProxyProbe =>
  async (ask, group) => {
    const dump = await ask(routesPath);
    const split = sidecarSplit(dump, group, group.host);
    if (split && isSameShare(split, wanted)) return undefined;
    if (group.mayKnowNothing && !knowsHost(dump, group.host)) return undefined;
    return split ? shareText(split) : "no split";
  };

/** An answer takes a tenth of a second, and Istio sends a change after one: a longer pause would be most of a move. */
const everyMilliseconds = 30;

/** The time for an answer in the last look; one takes tenths of a second. */
const leastMilliseconds = 1000;

/**
 * Asks the ready pods of `groups`, at the same time, until each has what `probe` wants, the time is over or `signal` says so. A proxy that
 * has it is not asked again.
 */
export async function waitForProxies(
  { cluster, proxy }: ProxyCluster,
  groups: readonly ProxyGroup[],
  probe: ProxyProbe,
  seconds: number,
  signal?: AbortSignal,
): Promise<ProxyReport> {
  const have = new Set<string>();
  const ask = async ({ group, pod }: { readonly group: ProxyGroup; readonly pod: string }, milliseconds: number) => {
    try {
      const instead = await probe(await proxy(group.namespace, pod, milliseconds), group);
      if (instead !== undefined) return [{ pod, instead, isUnasked: false }];
      have.add(pod);
      return [];
    } catch (error) {
      return [{ pod, instead: (error as Error).message, isUnasked: true }];
    }
  };
  let report: ProxyReport = { with: [], without: [] };
  const look = async (waited: number) => {
    const left = Math.max(leastMilliseconds, (seconds - waited) * 1000); // a proxy that hangs holds up nobody beyond the time
    const pods = await podsOf(cluster, groups);
    const open = pods.filter(({ pod }) => !have.has(pod));
    const without = (await Promise.all(open.map((one) => ask(one, left)))).flat();
    report = { with: pods.map(({ pod }) => pod).filter((pod) => have.has(pod)), without };
    return without.length === 0 || signal?.aborted;
  };
  await until(look, { seconds, everyMilliseconds });
  return report;
}

/**
 * The proxies that are not known to have it, in words that begin with how many: a proxy that could not be asked may have it.
 *
 * @param seconds how long they were asked
 */
export function laggardsText({ with: ready, without }: ProxyReport, seconds: number): string {
  const total = ready.length + without.length;
  const named = (isUnasked: boolean, words: string): readonly string[] => {
    const those = without.filter((one) => one.isUnasked === isUnasked);
    if (those.length === 0) return [];
    return [
      `${those.length} of ${total} proxies ${words}: ${those.map(({ pod, instead }) => `${pod} (${instead})`).join(", ")}`,
    ];
  };
  return [
    ...named(false, `have not got it after ${seconds} s`),
    ...named(true, `could not be asked for ${seconds} s`),
  ].join("; ");
}

/** Pods that are not ready take no requests. A cluster that does not answer has none that could be asked. */
async function podsOf(cluster: Pick<ClusterClient, "get">, groups: readonly ProxyGroup[]) {
  const lists = await Promise.all(
    groups.map(async (group) => {
      const list = await cluster.get<PodList>(groupPath(group));
      return (list?.items ?? []).filter(isReady).map(({ metadata }) => ({ group, pod: metadata.name }));
    }),
  );
  return lists.flat();
}
