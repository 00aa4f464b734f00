import type { KubeClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { asOneError, type UserError } from "@canary-lab/kit/user-error";
import { clientOf } from "../../../cluster/kube/client.ts";
import type { RegistryUse } from "../../../stacks/rights.ts";
import type { Lab } from "../lab.ts";
import { nodesFault } from "./nodes.ts";
import { quotaFaults } from "./quotas.ts";
import { rightsFault } from "./rights.ts";

/**
 * Looks whether a cluster of the user's own can take the stack, before anything is made there.
 *
 * @param registry what the stack's images need of the cluster's own
 * @throws UserError with all that is in the way: rights, quotas, nodes
 */
export async function refuseUnfitCluster(
  { config, environment }: Pick<Lab, "config" | "environment">,
  registry: RegistryUse,
  client: Pick<KubeClient, "get" | "create"> = clientOf(environment),
): Promise<void> {
  const { target, kubeconfig, kubeContext } = environment;
  if (target !== "existing") return;
  const context = `--kubeconfig ${quoted(kubeconfig)} --context ${quoted(kubeContext)}`;
  const faults = await Promise.all([
    rightsFault(client, config, context, registry),
    nodesFault(client, config, context),
    quotaFaults(client, config, context),
  ]);
  const error = asOneError(faults.flat().filter((fault): fault is UserError => fault !== undefined));
  if (error) throw error;
}
