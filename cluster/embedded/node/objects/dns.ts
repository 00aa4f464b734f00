import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../../lab-error.ts";
import { applyObjects, askApiServer, objectPath } from "../cluster-api.ts";
import type { NodeSpec } from "../node-spec.ts";
import { renderCoreDns } from "./coredns.ts";

const readySeconds = 60;

/** Puts CoreDNS into the cluster, and waits until it answers. Its image has to be there. */
export async function startDns(spec: NodeSpec): Promise<void> {
  const objects = renderCoreDns(spec);
  await applyObjects(spec.layout, objects);
  const deployment = objects.find(({ kind }) => kind === "Deployment");
  if (deployment === undefined) return;
  const deadline = performance.now() + readySeconds * 1000;
  for (;;) {
    const reply = await askApiServer(spec.layout, objectPath(deployment));
    if (reply?.status === 200 && isRolledOut(JSON.parse(reply.body))) return;
    if (performance.now() > deadline) {
      throw new LabError(`The cluster's DNS was not ready within ${readySeconds} s.`, {
        place: "Deployment coredns in namespace kube-system",
        next: "npx canaryctl env, then: kubectl -n kube-system describe pods -l k8s-app=kube-dns",
      });
    }
    await sleep(100);
  }
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** Whether the controller has seen the last change, and a pod of it serves. */
export const isRolledOut = ({ metadata, status = {} }: Deployment): boolean =>
  status.observedGeneration === metadata.generation &&
  (status.updatedReplicas ?? 0) > 0 &&
  (status.availableReplicas ?? 0) > 0;
