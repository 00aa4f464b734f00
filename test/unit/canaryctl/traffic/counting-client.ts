import { podsPath } from "../../../../cluster/kube/paths.ts";
import type { PodExec } from "../../../../stacks/live/proxies/exec.ts";
import type { AskProxy } from "../../../../stacks/live/proxies/pod-access.ts";

const lab = { app: "versioned-echo", namespace: "canary-lab" };

/** What one version has answered, by slot, or how many requests failed. */
export type Answered = Readonly<Partial<Record<"v1" | "v2" | "failed" | "copies", number>>> & {
  /** The status of those that failed, by default that of a proxy without a pod. */
  readonly status?: number;
  /** Whether the canary's pods are gone at the end, and what the proxy has counted of them. */
  readonly isCanaryGone?: boolean;
};

const addresses = { v1: "10.0.0.1", v2: "10.0.0.2" } as const;

/** As Envoy writes its admin endpoint /clusters: names that are 0 have no value, and each name of a pod's has a counter of its own. */
const clustersOf = (counts: Counts, isCanaryGone: boolean, host: string) => {
  const status = (address: string, count: number) => ({
    address: { socket_address: { address, port_value: 9898 } },
    stats: [
      { name: "cx_total", value: "8" },
      { name: "rq_error" },
      count === 0 ? { name: "rq_success" } : { name: "rq_success", value: String(count) },
      { name: "rq_total", value: String(count + 3) },
    ],
  });
  return {
    cluster_statuses: [
      { name: `outbound|80|v1|${host}`, host_statuses: [status(addresses.v1, counts.v1)] },
      { name: `outbound|80|v2|${host}`, host_statuses: isCanaryGone ? [] : [status(addresses.v2, counts.v2)] },
      { name: `outbound|80||${host}`, host_statuses: [status(addresses.v1, 5)] },
      { name: "outbound|80||versioned-echo.other.svc.cluster.local", host_statuses: [status(addresses.v1, 999)] },
      { name: "xds-grpc" },
    ],
  };
};

interface Counts {
  v1: number;
  v2: number;
  failed: number;
}

/** As Envoy writes its page of counters: those of a subset stay when its pods go. A counter that is 0 is not written. */
const pageOf = ({ v1, v2, failed }: Counts, host: string): string => {
  const line = (subset: string, codes: string, count: number) =>
    count === 0
      ? []
      : [
          `envoy_cluster_upstream_rq{response_code="${codes.replace("xx", "00")}",cluster_name="outbound|80|${subset}|${host}"} ${count}`,
          `envoy_cluster_upstream_rq{response_code_class="${codes}",cluster_name="outbound|80|${subset}|${host}"} ${count}`,
        ];
  return [...line("v1", "2xx", v1), ...line("v2", "2xx", v2), ...line("v2", "5xx", failed)].join("\n");
};

/** A pod whose sidecar shows `weights` one after the other, and whose load runs are answered likewise; the last one stays. */
export function counting(weights: readonly number[], answers: readonly Answered[], { app, namespace } = lab) {
  const host = `${app}.${namespace}.svc.cluster.local`;
  const runs: string[] = [];
  const next = <T>(list: readonly T[], index: number): T => list[Math.min(index, list.length - 1)] as T;
  const counts: Counts = { v1: 70, v2: 0, failed: 0 };
  let isGone = false;
  let dumps = 0;
  let loads = 0;
  const ask: AskProxy = async (path) => {
    if (path === "/clusters?format=json") return JSON.stringify(clustersOf(counts, isGone, host));
    if (path.startsWith("/stats/prometheus?")) return pageOf(counts, host);
    const canary = next(weights, dumps++);
    const clusters = [
      { name: `outbound|80|v1|${host}`, weight: 100 - canary },
      { name: `outbound|80|v2|${host}`, weight: canary },
    ];
    const virtual_hosts = [{ name: `${host}:80`, routes: [{ route: { weighted_clusters: { clusters } } }] }];
    return JSON.stringify({ configs: [{ route_config: { virtual_hosts } }] });
  };
  const exec: PodExec = async (_container, command) => {
    runs.push(command[command.indexOf("--requests") + 1] ?? "");
    const { failed = 0, v1 = 0, v2 = 0, copies = 0, status = 503, isCanaryGone = false } = next(answers, loads++);
    counts.v1 += v1;
    counts.v2 += v2 + copies;
    counts.failed += failed;
    isGone = isCanaryGone;
    const statuses = { 200: v1 + v2, ...(failed > 0 && { [status]: failed }) };
    // The body says nothing.
    return JSON.stringify({ sent: v1 + v2 + failed, versions: {}, statuses, errors: {}, failed });
  };
  return { exec, ask, runs, dumps: () => dumps };
}

const podOf = (version: "v1" | "v2", set: string) => ({
  metadata: { name: set, labels: { version }, ownerReferences: [{ name: set, controller: true }] },
  status: { podIP: addresses[version] },
});
/** The pods that are counted, as `fakeLab` takes objects. */
export const countedPods = ({ namespace } = lab) => ({
  [podsPath(namespace, {}).split("?")[0] ?? ""]: { items: [podOf("v1", "a"), podOf("v2", "b")] },
});
