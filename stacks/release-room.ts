import { canonicalQuantity, nanosOf } from "@canary-lab/kit/kube/quantity";
import { type Amounts, sumOf } from "../canary/cost.ts";
import type { Room as Quantities } from "../components/isolation/render-quota.ts";
import { proxyRequests } from "../components/mesh/render-istio.ts";
import { versionedEcho } from "../components/workload/service-spec.ts";
import type { LabConfig } from "./config/schema.ts";
import { isOwner } from "./platform-parts.ts";

/** What pods ask for together. */
interface Room extends Amounts {
  readonly pods: number;
}

type Sized = "autoscaling" | "blueGreen" | "canaryReplicas" | "platform" | "replicas" | "service";

/** What Istio's chart has a sidecar ask for where nobody says otherwise. */
const defaultProxy = { cpu: "100m", memory: "128Mi" };

/** The load client, the judge, a gateway of the application and a Rollouts controller of its namespace: no more than this each. */
const helper = { cpu: "20m", memory: "64Mi" };
const helpers = 4;

const numberOf = (quantity: string): number => Number(nanosOf(quantity) ?? 0n) / 1e9;
const times = (count: number, all: readonly { readonly cpu: string; readonly memory: string }[]): Amounts => {
  const { cpu, memory } = sumOf(all.map((one) => ({ cpu: numberOf(one.cpu), memory: numberOf(one.memory) })));
  return { cpu: count * cpu, memory: count * memory };
};

/**
 * What a whole release may take by any strategy: two sides, each as large as the larger one may become, and each pod twice, for its successor
 * starts before it is gone.
 */
export function releaseRoom(config: Pick<LabConfig, Sized>): Room {
  const { replicas, canaryReplicas, autoscaling, blueGreen, service = versionedEcho } = config;
  const largest = Math.max(replicas, canaryReplicas, autoscaling?.maxReplicas ?? 0, blueGreen.previewReplicaCount ?? 0);
  const [sides, others] = [2 * 2 * largest, 2 * helpers];
  const proxy = isOwner(config) ? proxyRequests : defaultProxy;
  const { cpu, memory } = sumOf([times(sides, [service.resources.requests, proxy]), times(others, [helper, proxy])]);
  return { pods: sides + others, cpu: Math.ceil(Math.round(cpu * 1e6) / 1e3) / 1e3, memory };
}

/** What is asked for in place of a part of it; see the config's `isolation.quota`. */
export function roomOf(config: Pick<LabConfig, Sized | "isolation">): Room {
  const { pods, cpu, memory } = config.isolation.quota ?? {};
  return {
    ...releaseRoom(config),
    ...(pods !== undefined && { pods }),
    ...(cpu !== undefined && { cpu: numberOf(cpu) }),
    ...(memory !== undefined && { memory: numberOf(memory) }),
  };
}

/** As the API server writes them. */
export const quantitiesOf = ({ pods, cpu, memory }: Room): Quantities => ({
  pods: String(pods),
  cpu: canonicalQuantity(`${Math.round(cpu * 1000)}m`),
  memory: canonicalQuantity(`${Math.ceil(memory / 2 ** 20)}Mi`),
});
