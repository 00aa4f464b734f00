import { type Connection, connect } from "@canary-lab/kit/kube/connection";
import { execInPod } from "@canary-lab/kit/kube/exec";
import { readKubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { requestFromPod } from "@canary-lab/kit/kube/pod-request";
import type { PodExec } from "./exec.ts";

/** Asks a pod's proxy, and gives the answer. @param path of its admin API, such as `/clusters?format=json` */
export type AskProxy = (path: string) => Promise<string>;

/** Ways into pods, by the API server: they need no port that a network policy could close, and work wherever the API server is reached. */
export interface PodAccess {
  /** Runs commands. @param timeoutMilliseconds after which one counts as failed; default: 90 s */
  exec(namespace: string, pod: string, timeoutMilliseconds?: number): Promise<PodExec>;
  /** Asks the proxy. @param timeoutMilliseconds after which a question counts as failed; default: 10 s */
  proxy(namespace: string, pod: string, timeoutMilliseconds?: number): Promise<AskProxy>;
}

/** How long a command in a pod may be silent about its end, in milliseconds; a measured load takes a minute at most. */
const longestCommand = 90_000;
const longestQuestion = 10_000;

/** The admin port of Istio's Envoy: `proxyAdminPort` of its mesh config by default, on the pod's loopback. */
const adminPort = 15_000;

/** @param variables what the target cluster adds to the environment, such as NO_PROXY */
export function accessToPods(target: {
  readonly kubeconfig: string;
  readonly context: string;
  readonly variables?: Readonly<Record<string, string>>;
}): PodAccess {
  const { kubeconfig, context, variables } = target;
  let opened: Promise<Connection> | undefined;
  const open = (): Promise<Connection> => {
    opened ??= connect(selectContext(readKubeconfig(kubeconfig), { context }), { ...process.env, ...variables });
    return opened;
  };
  return {
    exec: async (namespace, pod, timeoutMilliseconds = longestCommand) => {
      const connection = await open();
      return (container, command) => execInPod(connection, { namespace, pod, container, command, timeoutMilliseconds });
    },
    proxy: async (namespace, pod, timeoutMilliseconds = longestQuestion) => {
      const connection = await open();
      return (path) => requestFromPod(connection, { namespace, pod, port: adminPort, path, timeoutMilliseconds });
    },
  };
}
