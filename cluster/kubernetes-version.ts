import { UserError } from "@canary-lab/kit/user-error";

/** The least version of Kubernetes that the lab runs on: its pods wait by a preStop hook `sleep`, which older API servers refuse. */
const leastKubernetes = "1.30.0";

/**
 * Why a cluster is too old; undefined for one that is not.
 *
 * @param version as the API server says it, such as v1.31.2-eks-7f9249a; one that is none is refused
 */
export async function versionFault(version: string, kubeContext: string): Promise<UserError | undefined> {
  const [{ default: coerce }, { default: gte }] = await Promise.all([
    import("semver/functions/coerce.js"),
    import("semver/functions/gte.js"),
  ]);
  const found = coerce(version);
  if (found && gte(found, leastKubernetes)) return undefined;
  return new UserError(`The cluster of context ${kubeContext} runs Kubernetes ${version}, which is too old.`, {
    allowed: `Kubernetes ${leastKubernetes} or newer`,
    first: "upgrade the cluster, or name another one: npx canaryctl up --context NAME",
    next: "kubectl config get-contexts",
  });
}
