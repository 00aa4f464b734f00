import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { Clock } from "@canary-lab/kit/until";
import * as pulumi from "@pulumi/pulumi";
import { deploymentsPath } from "../../cluster/kube/paths.ts";
import { createHook } from "./create-hook.ts";
import { waitUntilClear } from "./wait-until.ts";

/** A Deployment that grows while another one shrinks. */
export interface Growing {
  readonly namespace: string;
  readonly name: string;
  /** Pods that it is to have. */
  readonly replicas: number;
}

/** How long pods may take to start, in seconds: as long as the engine gives the Deployment itself. */
const startSeconds = 240;

interface LiveDeployment {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly observedGeneration?: number; readonly readyReplicas?: number };
}

/**
 * Where the share of the traffic is the share of the pods, a Deployment must not lose pods before the other one has its own, or a move
 * from one end to the other would leave nobody to answer.
 *
 * @param say told what is waited for, at each change
 * @throws UserError where the other one does not get ready
 */
export async function waitForGrowth(
  client: Pick<ClusterClient, "get">,
  { namespace, name, replicas }: Growing,
  say: (line: string) => void,
  clock?: Clock,
): Promise<void> {
  const obstacle = async () => {
    const live = await client.get<LiveDeployment>(deploymentsPath(namespace, name));
    const seen = live !== undefined && live.status?.observedGeneration === live.metadata.generation;
    // One that has more is about to lose pods as well, and may be waiting for this one.
    const ready = seen && (live.spec.replicas ?? 1) >= replicas ? (live.status?.readyReplicas ?? 0) : 0;
    return ready >= replicas ? undefined : `${name} has ${ready} of ${replicas} pods ready`;
  };
  const blocked = "No pods can be taken away yet";
  await waitUntilClear({ obstacle, blocked, place: `deployment ${name}`, say, seconds: startSeconds, clock });
}

/** The hook to run before a Deployment is changed while `growing` may take its place. */
export const shrinkLast = (client: ClusterClient, growing: Growing): pulumi.ResourceHookBinding => ({
  beforeUpdate: [
    createHook(`shrink-after-${growing.name}`, async ({ newInputs, oldInputs }) => {
      if (replicasOf(newInputs) >= replicasOf(oldInputs)) return;
      await waitForGrowth(client, growing, (line) => void pulumi.log.info(line, undefined, undefined, true));
    }),
  ],
});

const replicasOf = (inputs: Record<string, unknown> | undefined): number =>
  (inputs?.spec as { readonly replicas?: number } | undefined)?.replicas ?? 0;
