import { nanosOf } from "@canary-lab/kit/kube/quantity";
import { type Amounts, nothing, sumOf } from "../../../canary/cost.ts";

export interface Quantities {
  readonly cpu?: string;
  readonly memory?: string;
}

interface Container {
  readonly name: string;
  readonly resources?: { readonly requests?: Quantities };
  /** Of an init container that goes on running beside the others. */
  readonly restartPolicy?: string;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** What a running pod asks for, and by which containers. */
export interface PodRequests {
  /** Without the sidecar. */
  readonly own: Amounts;
  /** Of Istio's proxy beside the pod's own containers. */
  readonly sidecar: Amounts;
  /** Names of the containers of each, to find what they use. */
  readonly containers: { readonly own: readonly string[]; readonly sidecar: readonly string[] };
  /** Containers that ask for no CPU or no memory: what they take is in no number. */
  readonly silent: readonly string[];
}

/** A quantity as a plain number; 0 where there is none. */
const numberOf = (quantity: string | undefined): number =>
  quantity === undefined ? 0 : Number(nanosOf(quantity) ?? 0n) / 1e9;

export const amountsOf = ({ cpu, memory }: Quantities = {}): Amounts => ({
  cpu: numberOf(cpu),
  memory: numberOf(memory),
});

const requestsOf = (containers: readonly Container[]): Amounts =>
  containers.length === 0 ? nothing : sumOf(containers.map(({ resources }) => amountsOf(resources?.requests)));

const proxy = "istio-proxy";

/** Init containers that have ended ask for nothing any more. A pod that is nothing but a proxy, as a gateway's, has no sidecar. */
export function podRequests({ containers, initContainers = [] }: PodSpec): PodRequests {
  const running = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === "Always")];
  const own = running.filter(({ name }) => name !== proxy || running.length === 1);
  const sidecar = running.filter((container) => !own.includes(container));
  const names = (some: readonly Container[]) => some.map(({ name }) => name);
  const silent = running.filter(({ resources: { requests = {} } = {} }) => !requests.cpu || !requests.memory);
  return {
    own: requestsOf(own),
    sidecar: requestsOf(sidecar),
    containers: { own: names(own), sidecar: names(sidecar) },
    silent: names(silent),
  };
}
