import { UserError } from "@canary-lab/kit/user-error";
import { namespacePath } from "../../cluster/kube/paths.ts";
import { systemNamespace } from "../../components/mesh/render-istio.ts";
import type { ExportedState } from "./engine/pending.ts";
import type { Lab } from "./lab.ts";

/**
 * Refuses a cluster whose mesh the stack has not made. Each stack brings its own, and a cluster has one: the update would fail half-way,
 * and again after each of its next commands. Where only the engine can read the state, the engine is the one to refuse.
 *
 * @param others stacks of this checkout in the same cluster
 */
export async function refuseForeignMesh({ cluster, state, stackFile }: Lab, others: readonly string[]): Promise<void> {
  if (!state || knowsMesh(state.read())) return;
  if (!(await cluster.get(namespacePath(systemNamespace)))) return;
  const owner = others.length > 0 ? `stack ${others.join(", ")}` : "somebody else";
  throw new UserError(
    `This cluster has a mesh already, of ${owner}: namespace ${systemNamespace} is there, and not in the state of stack ${stackFile.stack}.`,
    {
      place: `namespace ${systemNamespace}`,
      allowed: "one stack in each cluster",
      first: `name another cluster by kubeContext in ${stackFile.name}`,
      next: [
        ...others.map((other) => `npx canaryctl --stack ${other} status`),
        `kubectl get namespace ${systemNamespace} --show-labels`,
      ],
    },
  );
}

/** An update that was stopped while it made the mesh is taken up by the next. */
function knowsMesh(state: ExportedState | undefined): boolean {
  const { resources = [], pending_operations = [] } = state?.deployment ?? {};
  return [...resources, ...pending_operations.map(({ resource }) => resource)].some(({ urn }) =>
    urn.endsWith(`::${systemNamespace}-namespace`),
  );
}
