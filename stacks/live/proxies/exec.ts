import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { connect } from "@canary-lab/kit/kube/connection";
import { execInPod } from "@canary-lab/kit/kube/exec";
import { readKubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
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

/** How long a command in a pod may be silent about its end, in milliseconds; a measured load takes a minute at most. */
const longest = 90_000;

/** A way into one pod, by the API server's exec channel: it needs no port, and works wherever the API server is reached. */
export async function execIn(target: {
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  /** After that a command counts as failed, and its connection is closed: nothing holds up the end of this process. */
  readonly timeoutMilliseconds?: number | undefined;
  /** What the target cluster adds to the environment, such as NO_PROXY. */
  readonly variables?: Readonly<Record<string, string>>;
}): Promise<PodExec> {
  const { kubeconfig, context, namespace, pod, timeoutMilliseconds = longest, variables } = target;
  const connection = await connect(selectContext(readKubeconfig(kubeconfig), { context }), {
    ...process.env,
    ...variables,
  });
  return (container, command) => execInPod(connection, { namespace, pod, container, command, timeoutMilliseconds });
}
