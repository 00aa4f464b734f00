import { podsPath } from "../../../../cluster/kube/paths.ts";
import type { PodExec } from "../../../../stacks/live/proxies/exec.ts";

const lab = { app: "versioned-echo", namespace: "canary-lab" };

/** What one version has answered, by slot, or how many requests failed. */
export type Answered = Readonly<Partial<Record<"v1" | "v2" | "failed" | "copies", number>>>;

const addresses = { v1: "10.0.0.1", v2: "10.0.0.2" } as const;

/** As Envoy writes its admin endpoint /clusters: names that are 0 have no value, and each name of a pod's has a counter of its own. */
const clustersOf = (counts: Readonly<Record<"v1" | "v2", number>>, host: string) => {
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
      { name: `outbound|80|v2|${host}`, host_statuses: [status(addresses.v2, counts.v2)] },
      { name: `outbound|80||${host}`, host_statuses: [status(addresses.v1, 5), status(addresses.v2, 0)] },
      { name: "outbound|80||versioned-echo.other.svc.cluster.local", host_statuses: [status(addresses.v1, 999)] },
      { name: "xds-grpc" },
    ],
  };
};

/** A pod whose sidecar shows `weights` one after the other, and whose load runs are answered likewise; the last one stays. */
export function counting(weights: readonly number[], answers: readonly Answered[], { app, namespace } = lab) {
  const host = `${app}.${namespace}.svc.cluster.local`;
  const runs: string[] = [];
  const next = <T>(list: readonly T[], index: number): T => list[Math.min(index, list.length - 1)] as T;
  const counts = { v1: 70, v2: 0 };
  let dumps = 0;
  let loads = 0;
  const exec: PodExec = async (container, command) => {
    if (container === "istio-proxy" && command.includes("clusters?format=json"))
      return JSON.stringify(clustersOf(counts, host));
    if (container === "istio-proxy") {
      const canary = next(weights, dumps++);
      const clusters = [
        { name: `outbound|80|v1|${host}`, weight: 100 - canary },
        { name: `outbound|80|v2|${host}`, weight: canary },
      ];
      const virtual_hosts = [{ name: `${host}:80`, routes: [{ route: { weighted_clusters: { clusters } } }] }];
      return JSON.stringify({ configs: [{ route_config: { virtual_hosts } }] });
    }
    runs.push(command[command.indexOf("--requests") + 1] ?? "");
    const { failed = 0, v1 = 0, v2 = 0, copies = 0 } = next(answers, loads++);
    counts.v1 += v1;
    counts.v2 += v2 + copies;
    return JSON.stringify({ sent: v1 + v2 + failed, versions: {}, failed }); // the body says nothing
  };
  return { exec, runs, dumps: () => dumps };
}

const podOf = (version: "v1" | "v2", set: string) => ({
  metadata: { name: set, labels: { version }, ownerReferences: [{ name: set, controller: true }] },
  status: { podIP: addresses[version] },
});
/** The pods that are counted, as `fakeLab` takes objects. */
export const countedPods = ({ namespace } = lab) => ({
  [podsPath(namespace, {}).split("?")[0] ?? ""]: { items: [podOf("v1", "a"), podOf("v2", "b")] },
});
