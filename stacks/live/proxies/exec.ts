import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { podsPath } from "../../../cluster/kube/paths.ts";

/** Runs a command in a container of one pod and gives what it printed. */
export type PodExec = (container: string, command: readonly string[]) => Promise<string>;

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface PodList {
  readonly items: readonly Pod[];
}

/** Ready, and not about to go. */
export const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;

/** The name of a pod that is ready and not about to go; undefined where there is none. */
export async function readyPod(
  cluster: Pick<ClusterClient, "get">,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const pods = await cluster.get<PodList>(podsPath(namespace, labels));
  return pods?.items.find(isReady)?.metadata.name;
}
