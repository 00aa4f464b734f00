import { ApiError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type { Amounts } from "../../../canary/cost.ts";
import { clientName, judgeName, rolloutsSelector } from "../../../components/names.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { PlatformFacts } from "../../../stacks/platform-facts.ts";
import { planLength } from "../../../stacks/release-plan.ts";
import type { Facts } from "../doctor/facts.ts";
import { isGateway, isIngressPod, type Meta } from "../doctor/objects.ts";
import { Reader } from "../doctor/reader.ts";
import { type Lab, platformOf } from "../lab.ts";
import { configuredStrategy } from "../strategies/table.ts";
import { type CanaryPods, sideOfPod } from "../traffic/pod-answers.ts";
import { askPrometheus } from "../traffic/prometheus.ts";
import { type CostReport, type CountedPod, costOf, type MeasuredUse, type Role } from "./cost-of.ts";
import { amountsOf, type PodSpec, type Quantities } from "./pod-amounts.ts";

export type LivePod = Meta & { readonly spec: PodSpec };

/** Reads the pods of a stack and of its platform, and what they use where somebody measures it. */
export async function readCost(lab: Lab): Promise<{ readonly cost: CostReport; readonly unread: Facts["unread"] }> {
  const { cluster, config } = lab;
  const platform = platformOf(lab);
  const { mesh, ingress, monitoring } = platform;
  const reader = new Reader(cluster);
  const list = (path: string) => reader.list<LivePod, LivePod>(path, (pod) => pod);
  const places = [config.namespace, mesh.controlPlane.namespace, ingress?.namespace, monitoring?.namespace];
  const namespaces = [...new Set(places.filter((place) => place !== undefined))];
  const [release, use, ...found] = await Promise.all([
    configuredStrategy(lab).then((strategy) => strategy.read(lab)),
    measuredUse(lab, namespaces),
    list(`/api/v1/pods?labelSelector=${encodeURIComponent(rolloutsSelector)}`),
    ...namespaces.map((namespace) => list(`/api/v1/namespaces/${namespace}/pods`)),
  ]);
  const pods = found.flatMap((some) => some ?? []);
  const unique = [...new Map(pods.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod])).values()];
  return {
    cost: costOf({
      pods: countedPods(unique, config, platform, release.canaryPods),
      prices: config.prices,
      plan: planLength(config),
      use,
    }),
    unread: reader.unread,
  };
}

/** Each pod of the lab by what it is there for; others of these namespaces are somebody else's. One that is going is none. */
export function countedPods(
  pods: readonly LivePod[],
  { app, namespace }: Pick<LabConfig, "app" | "namespace">,
  platform: PlatformFacts,
  canaryPods: CanaryPods,
): readonly CountedPod[] {
  return pods.flatMap(({ metadata, spec }): readonly CountedPod[] => {
    const { namespace: place = "", name, labels = {} } = metadata;
    const role = (): Role | undefined => {
      if (place === namespace && labels.app === app)
        return sideOfPod({ metadata }, canaryPods) === "canary" ? "canary" : "stable side";
      if (place === namespace && [clientName(app), judgeName(app)].includes(labels.app ?? ""))
        return "load client and judge";
      if (`app.kubernetes.io/name=${labels["app.kubernetes.io/name"]}` === rolloutsSelector) return "Argo Rollouts";
      if (isIngressPod({ namespace: place, labels }, platform.ingress) || (place === namespace && isGateway(labels)))
        return "gateway";
      const { controlPlane } = platform.mesh;
      if (place === controlPlane.namespace && name.startsWith(`${controlPlane.name}-`)) return "istiod";
      return place === platform.monitoring?.namespace ? "monitoring" : undefined;
    };
    const found = metadata.deletionTimestamp === undefined ? role() : undefined;
    return found ? [{ namespace: place, name, role: found, spec }] : [];
  });
}

/** By metrics-server, else by Prometheus; undefined where neither knows. */
async function measuredUse(lab: Lab, namespaces: readonly string[]): Promise<MeasuredUse | undefined> {
  return (
    (await unlessRefused(byMetricsServer(lab, namespaces))) ?? (await unlessRefused(byPrometheus(lab, namespaces)))
  );
}

async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UserError || error instanceof ApiError) return undefined;
    throw error;
  }
}

interface PodMetrics {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly containers: readonly { readonly name: string; readonly usage: Quantities }[];
}

async function byMetricsServer({ cluster }: Lab, namespaces: readonly string[]): Promise<MeasuredUse | undefined> {
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      cluster.get<{ readonly items: readonly PodMetrics[] }>(
        `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`,
      ),
    ),
  );
  const items = lists.flatMap((list) => list?.items ?? []);
  if (items.length === 0) return undefined;
  return {
    source: "metrics-server",
    byContainer: new Map(
      items.flatMap(({ metadata, containers }) =>
        containers.map(({ name, usage }): [string, Amounts] => [
          `${metadata.namespace}/${metadata.name}/${name}`,
          amountsOf(usage),
        ]),
      ),
    ),
  };
}

interface Answer {
  readonly data?: {
    readonly result?: readonly {
      readonly metric: { readonly namespace?: string; readonly pod?: string; readonly container?: string };
      readonly value: readonly [time: number, value: string];
    }[];
  };
}

/** By what the kubelets count, where Prometheus reads them: CPUs within five minutes, and memory that cannot be taken back. */
async function byPrometheus(lab: Lab, namespaces: readonly string[]): Promise<MeasuredUse | undefined> {
  const which = `{namespace=~"${namespaces.join("|")}",container!="",container!="POD"}`;
  const ask = async (expression: string) => {
    const answer = await askPrometheus<Answer>(lab, `sum by (namespace, pod, container) (${expression})`);
    return new Map(
      (answer?.data?.result ?? []).map(({ metric: { namespace, pod, container }, value }) => [
        `${namespace}/${pod}/${container}`,
        Number(value[1]),
      ]),
    );
  };
  const [cpus, memories] = await Promise.all([
    ask(`rate(container_cpu_usage_seconds_total${which}[5m])`),
    ask(`container_memory_working_set_bytes${which}`),
  ]);
  const both = [...cpus].flatMap(([key, cpu]): readonly [string, Amounts][] => {
    const memory = memories.get(key);
    return memory === undefined ? [] : [[key, { cpu, memory }]];
  });
  return both.length === 0 ? undefined : { source: "Prometheus", byContainer: new Map(both) };
}
