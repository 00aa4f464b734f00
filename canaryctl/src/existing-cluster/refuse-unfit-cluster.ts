import type { KubeClient } from "@canary-lab/kit/kube/client";
import { asOneError, UserError } from "@canary-lab/kit/user-error";
import { clientOf } from "../../../cluster/kube/client.ts";
import { type LabRecords, readRecords } from "../../../stacks/lab-records.ts";
import { contextFlags } from "../../../stacks/live/withheld-rights.ts";
import type { RegistryUse } from "../../../stacks/rights.ts";
import { isForeignWay } from "../../../stacks/stack-environment.ts";
import type { Lab } from "../lab.ts";
import { nodesFault } from "./nodes.ts";
import { quotaFaults } from "./quotas.ts";
import { previewFault, rightsFaults } from "./rights.ts";

/**
 * Looks whether a cluster of the user's own, or the lab's by another account, can take the stack, before anything is made there.
 *
 * @param registry what the stack's images need of the cluster's own
 * @throws UserError with all that is in the way: rights, quotas, nodes
 */
export async function refuseUnfitCluster(
  { config, environment }: Pick<Lab, "config" | "environment">,
  registry: RegistryUse,
  client: Pick<KubeClient, "get" | "create"> = clientOf(environment),
  { own }: Pick<LabRecords, "own"> = readRecords(),
): Promise<void> {
  if (!isForeignWay(environment, own)) return;
  const context = contextFlags(environment);
  const faults = await Promise.all([
    rightsFaults(client, config, context, registry),
    nodesFault(client, config, context),
    quotaFaults(client, config, context),
  ]);
  const error = asOneError(faults.flat().filter((fault): fault is UserError => fault !== undefined));
  if (error) throw error;
}

/**
 * Looks whether the account may read what a preview cannot do without; it asks for no right to write.
 *
 * @throws UserError with the rights that it lacks
 */
export async function refuseBlindPreview(
  { config, environment }: Pick<Lab, "config" | "environment">,
  client: Pick<KubeClient, "get" | "create"> = clientOf(environment),
  { own }: Pick<LabRecords, "own"> = readRecords(),
): Promise<void> {
  if (!isForeignWay(environment, own)) return;
  const fault = await previewFault(client, config, contextFlags(environment)).catch((error: unknown) => {
    if (error instanceof UserError) return undefined; // the preview itself says why the cluster does not answer
    throw error;
  });
  if (fault) throw fault;
}
