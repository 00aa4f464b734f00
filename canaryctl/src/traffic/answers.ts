import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import { versions } from "../../../components/names.ts";
import type { PodExec, PodList } from "../../../stacks/live/proxies/exec.ts";
import { clusterStatuses, endpointsCommand } from "../../../stacks/live/proxies/sidecar-endpoints.ts";

/** Answers below 500, by the side of the pods that gave them. */
export interface Answers {
  readonly stable: number;
  readonly canary: number;
}

/** By what Envoy counts an outcome of a request at the host that got it: an answer below 500, or one from 500 on and none at all. */
const statOf = { answered: "rq_success", failed: "rq_error" } as const;

/**
 * What the pods of an application have answered a proxy since it knows of them, by address: over all names by which callers send to it,
 * its subsets and the Services of its sides.
 */
export function answersByAddress(
  dump: string,
  { app, namespace }: ApplicationName,
  outcome: keyof typeof statOf = "answered",
): ReadonlyMap<string, number> {
  const cluster = new RegExp(`^outbound\\|\\d+\\|[^|]*\\|${app}(-[a-z0-9]+)?\\.${namespace}\\.svc\\.`);
  const hosts = clusterStatuses(dump).flatMap(({ name, host_statuses = [] }) =>
    cluster.test(name) ? host_statuses : [],
  );
  const counts = new Map<string, number>();
  for (const { address, stats } of hosts) {
    const pod = address?.socket_address?.address ?? "";
    const { value = "0" } = stats?.find(({ name }) => name === statOf[outcome]) ?? {}; // 0 is not written
    counts.set(pod, (counts.get(pod) ?? 0) + Number(value));
  }
  return counts;
}

/** What tells the canary's pods from the stable ones: the names of their ReplicaSets, or, without them, the name of the slot. */
export type CanaryPods = readonly string[] | undefined;

/** Whose pod it is, of those of an application. */
export function sideOfPod({ metadata }: PodList["items"][number], canaryPods: CanaryPods): keyof Answers {
  const isCanary = canaryPods
    ? metadata.ownerReferences?.some(({ name }) => canaryPods.includes(name))
    : metadata.labels?.version === versions.canary;
  return isCanary ? "canary" : "stable";
}

/**
 * Who answers the requests that `send` sends from the client's pod, as its sidecar counts: whatever image answers. What else is sent from
 * that pod meanwhile counts as well. A pod that goes while it is measured takes its count along.
 */
export async function countAnswers(
  exec: PodExec,
  cluster: Pick<ClusterClient, "get">,
  of: ApplicationName,
  canaryPods: CanaryPods,
  send: () => Promise<LoadSummary>,
): Promise<{ readonly load: LoadSummary; readonly answers: Answers }> {
  const read = async () => answersByAddress(await exec("istio-proxy", endpointsCommand), of);
  const before = await read();
  const load = await send();
  const [after, pods] = await Promise.all([read(), cluster.get<PodList>(podsPath(of.namespace, { app: of.app }))]);
  const answers = { stable: 0, canary: 0 };
  for (const pod of pods?.items ?? []) {
    const address = pod.status?.podIP ?? "";
    answers[sideOfPod(pod, canaryPods)] += growth(before.get(address), after.get(address));
  }
  return { load, answers };
}

/** A proxy that has got to know a pod anew counts from 0. */
const growth = (before = 0, after = 0): number => (after >= before ? after - before : after);

/**
 * Answers without those to the copies of requests that a canary gets beside its own: the proxy counts them, and the client gets none. What
 * is more than the client got are copies.
 */
export function withoutCopies(
  { stable, canary }: Answers,
  { sent, failed }: Pick<LoadSummary, "sent" | "failed">,
): Answers {
  const copies = Math.max(0, stable + canary - (sent - failed));
  return { stable, canary: Math.max(0, canary - copies) };
}
