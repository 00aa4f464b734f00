import { Writable } from "node:stream";
import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { podsPath } from "../../../cluster/kube/paths.ts";

/** Runs a command in a container of one pod and gives what it printed. */
export type PodExec = (container: string, command: readonly string[]) => Promise<string>;

export interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
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
  cluster: ClusterClient,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const pods = await cluster.get<PodList>(podsPath(namespace, labels));
  return pods?.items.find(isReady)?.metadata.name;
}

/** A way into one pod, by the API server's exec channel: it needs no port, and works wherever the API server is reached. */
export async function execIn(target: {
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
}): Promise<PodExec> {
  const { Exec, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(target.kubeconfig);
  config.setCurrentContext(target.context);
  const exec = new Exec(config);
  return (container, command) =>
    new Promise((resolve, reject) => {
      const place = `pod ${target.namespace}/${target.pod}, container ${container}`;
      const failed = (reason: string) => reject(new UserError(`\`${command.join(" ")}\` failed: ${reason}`, { place }));
      const output = collect();
      const errors = collect();
      exec
        .exec(
          target.namespace,
          target.pod,
          container,
          [...command],
          output.stream,
          errors.stream,
          null,
          false,
          (status) => {
            if (status.status === "Success") resolve(output.text());
            else failed(errors.text().trim() || status.message || "no reason given");
          },
        )
        .then((socket) => socket.addEventListener("close", () => failed("the connection ended early")))
        .catch((error: Error) => failed(error.message));
    });
}

function collect() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
