import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { rolloutsControllerSelector, showRolloutsPods } from "../../../../components/names.ts";

interface DeploymentList {
  readonly items?: readonly { readonly status?: { readonly readyReplicas?: number } }[];
}

/** The traffic is back, and no controller is there that could end the release. */
export class ControllerAwayError extends UserError {
  override readonly kind = "controller-away";
}

export const controllerAway = (seconds: number, place: string): ControllerAwayError =>
  new ControllerAwayError(
    `All traffic is routed to the stable side since ${seconds.toFixed(1)} s after the command, and the release is not ended: the Rollouts controller does not answer, and none of its pods is ready.`,
    {
      place,
      first: "bring the controller back: its Deployment has the ready pods",
      next: [showRolloutsPods, "npx canaryctl rollback"],
    },
  );

/** In any namespace. */
const controllersPath = `/apis/apps/v1/deployments?${new URLSearchParams({ labelSelector: rolloutsControllerSelector })}`;

/** Whether the controller has a Deployment and no ready pod. False where that cannot be seen, as without the right to look in all namespaces. */
export async function isControllerAway(cluster: Pick<ClusterClient, "get">): Promise<boolean> {
  try {
    const { items = [] } = (await cluster.get<DeploymentList>(controllersPath)) ?? {};
    return items.length > 0 && items.every(({ status }) => !status?.readyReplicas);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
