import type { Clock } from "@canary-lab/kit/until";
import * as pulumi from "@pulumi/pulumi";
import { deploymentsPath } from "../../cluster/kube/paths.ts";
import { createHook } from "./create-hook.ts";
import { PodStart, type StartClient } from "./pod-start.ts";
import { type DeploymentStart, deploymentPlace, isCurrentOf, type LiveDeployment } from "./started-deployment.ts";
import { waitUntilClear } from "./wait-until.ts";

/** A Deployment that grows while another one shrinks. */
interface Growing extends DeploymentStart {
  /** Pods that it is to have. */
  readonly replicas: number;
}

/**
 * Where the share of the traffic is the share of the pods, a Deployment must not lose pods before the other one has its own, or a move
 * from one end to the other would leave nobody to answer.
 *
 * @param say told what is waited for, at each change
 * @throws UserError where the other one does not get ready, or cannot
 */
export async function waitForGrowth(
  client: StartClient,
  { namespace, name, replicas, seconds, next }: Growing,
  say: (line: string) => void,
  clock?: Clock,
): Promise<void> {
  const place = deploymentPlace({ namespace, name });
  const start = new PodStart(client, { namespace, name, place, next });
  const obstacle = async () => {
    const live = await client.get<LiveDeployment>(deploymentsPath(namespace, name));
    const seen = live !== undefined && live.status?.observedGeneration === live.metadata.generation;
    // One that has more is about to lose pods as well, and may be waiting for this one.
    const isGrowing = seen && (live.spec.replicas ?? 1) >= replicas;
    const ready = isGrowing ? (live.status?.readyReplicas ?? 0) : 0;
    if (ready >= replicas) return undefined;
    const waiting = isGrowing ? await start.look(live, isCurrentOf(live), (clock?.now ?? Date.now)()) : undefined;
    return `${name} has ${ready} of ${replicas} pods ready${waiting === undefined ? "" : `; ${waiting}`}`;
  };
  const blocked = "No pods can be taken away yet";
  await waitUntilClear({ obstacle, blocked, place, say, seconds, clock });
}

/** The hook to run before a Deployment is changed while `growing` may take its place. */
export const shrinkLast = (client: StartClient, growing: Growing): pulumi.ResourceHookBinding => ({
  beforeUpdate: [
    createHook(`shrink-after-${growing.name}`, async ({ newInputs, oldInputs }) => {
      if (replicasOf(newInputs) >= replicasOf(oldInputs)) return;
      await waitForGrowth(client, growing, (line) => void pulumi.log.info(line, undefined, undefined, true));
    }),
  ],
});

const replicasOf = (inputs: Record<string, unknown> | undefined): number =>
  (inputs?.spec as { readonly replicas?: number } | undefined)?.replicas ?? 0;
