import { namespacePath } from "../../cluster/kube/paths.ts";
import { systemNamespace } from "../../components/mesh/render-istio.ts";
import { ownerAnnotation } from "../../components/names.ts";
import type { LiveNamespace } from "../../stacks/live/namespace-owner.ts";
import { platformIsThere } from "../../stacks/live/platform-faults.ts";
import { fullName } from "../../stacks/stack-name.ts";
import type { ExportedState } from "./engine/pending.ts";
import type { Lab } from "./lab.ts";

/**
 * Refuses to install a platform in a cluster that has a mesh which the stack's state does not know, before anything is written for the
 * stack. Where only the engine can read the state, the program is the one to refuse.
 */
export async function refuseForeignMesh({ cluster, config, state, stackFile }: Lab): Promise<void> {
  if (config.platform !== "own" || !state || knowsMesh(state.read())) return;
  const mesh = await cluster.get<LiveNamespace>(namespacePath(systemNamespace));
  if (mesh) throw platformIsThere(systemNamespace, mesh.metadata.annotations?.[ownerAnnotation], fullName(stackFile));
}

/** An update that was stopped while it made the mesh is taken up by the next. */
function knowsMesh(state: ExportedState | undefined): boolean {
  const { resources = [], pending_operations = [] } = state?.deployment ?? {};
  return [...resources, ...pending_operations.map(({ resource }) => resource)].some(({ urn }) =>
    urn.endsWith(`::${systemNamespace}-namespace`),
  );
}
