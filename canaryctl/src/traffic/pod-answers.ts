import type { ApplicationName } from "../../../canary/application-name.ts";
import type { Side } from "../../../canary/judge/counters/telemetry.ts";
import { versions } from "../../../components/names.ts";
import type { PodList } from "../../../stacks/live/proxies/exec.ts";
import { clusterStatuses } from "../../../stacks/live/proxies/sidecar-endpoints.ts";

/** By what Envoy counts an outcome of a request at the host that got it: an answer below 500, or one from 500 on and none at all. */
const statOf = { answered: "rq_success", failed: "rq_error" } as const;

export const outcomes = ["answered", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * What the pods of an application have answered a proxy since it knows of them, by address: over all names by which callers send to it,
 * its subsets and the Services of its sides.
 */
export function answersByAddress(
  dump: string,
  { app, namespace }: ApplicationName,
  outcome: Outcome = "answered",
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
export function sideOfPod({ metadata }: PodList["items"][number], canaryPods: CanaryPods): Side {
  const isCanary = canaryPods
    ? metadata.ownerReferences?.some(({ name }) => canaryPods.includes(name))
    : metadata.labels?.version === versions.canary;
  return isCanary ? "canary" : "stable";
}
