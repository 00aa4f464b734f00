import { findKubeconfig } from "../../cluster/kubeconfig-file.ts";
import type { Environment } from "../../cluster/target.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";

/**
 * The cluster that a config names by itself, for a machine on which `up` never ran; undefined where it names none.
 *
 * @throws UserError where the kubeconfig does not hold the context
 */
export function environmentOf({ kubeContext, kubeconfig }: LabConfig): Environment | undefined {
  if (!kubeContext) return undefined;
  return {
    target: "existing",
    reason: "the stack's config names it",
    kubeconfig: findKubeconfig({ kubeContext, ...(kubeconfig && { kubeconfig }) }, process.env.KUBECONFIG),
    kubeContext,
    path: [],
    variables: {},
  };
}
