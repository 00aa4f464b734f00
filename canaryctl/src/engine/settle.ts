import { findPlugin } from "@canary-lab/pulumi-plugins/find";
import { pluginVersions } from "@canary-lab/pulumi-plugins/versions";
import { hasObject, hasRelease, pendingRevisions } from "../kube/existing.ts";
import type { Lab } from "../lab.ts";
import {
  type ExportedState,
  objectOf,
  type PendingOperation,
  providerId,
  type ResourceState,
  releaseOf,
  settled,
} from "./pending.ts";
import { stateOf } from "./state.ts";

/**
 * Settles what a killed update left open. The engine notes a create before it begins and cannot know afterwards whether it came
 * about; the cluster can: what is there is taken into the state, what is not was never made. Updates and deletes need no such
 * question, for they can be repeated.
 *
 * The engine has flags for this (`refresh --import-pending-creates`), but at 3.250 they take a create for imported and then lose it.
 */
export async function settlePending(lab: Lab, say: (line: string) => void): Promise<void> {
  const { engine } = lab;
  const exported = await stateToSettle(lab);
  const { pending_operations: pending = [] } = exported?.deployment ?? {};
  if (!exported || pending.length === 0) return;

  const ids = new Map<string, string>();
  for (const operation of pending) {
    const id = operation.type === "creating" ? await idInCluster(lab, operation.resource) : undefined;
    if (id !== undefined) ids.set(operation.resource.urn, id);
    // Before the operation is forgotten: a run that is killed in between does it again.
    if (id === undefined) await forgetPending(lab, operation.resource);
    say(outcome(operation, id));
  }
  await engine.importState(settled(exported, ids));
  if (ids.size > 0) await engine.refresh([...ids.keys()], { say });
}

/** What a killed update left. Where only the engine can read the locks, an update may run: what that one has open is its own. */
async function stateToSettle(lab: Lab): Promise<ExportedState | undefined> {
  const exported = await stateOf(lab);
  if (lab.state || !exported?.deployment.pending_operations?.length) return exported;
  await lab.engine.mustBeFree();
  return stateOf(lab); // as the update left it that has just ended
}

function outcome({ type, resource }: PendingOperation, id: string | undefined): string {
  const will = type === "creating" ? (id === undefined ? "it was not done" : "it was done") : "it will be repeated";
  return `A killed update was ${type} ${resource.urn.split("::").at(-1)}: ${will}.`;
}

/**
 * Takes away Helm's notes of an install or upgrade that was killed: as long as they are there, Helm refuses the next one ("cannot re-use a
 * name that is still in use"), and so does the real Kubernetes plugin, whatever it is told. The objects stay, and the next install takes
 * them over. The substitute plugin undoes such a release by itself.
 */
async function forgetPending({ cluster, environment }: Lab, resource: ResourceState): Promise<void> {
  const release = releaseOf(resource);
  if (!release || undoesPending(environment.variables)) return;
  for (const path of await pendingRevisions(cluster, release)) await cluster.delete(path);
}

/** Whether the engine's Kubernetes plugin is the substitute. */
function undoesPending({ PULUMI_HOME: home }: Readonly<Record<string, string>>): boolean {
  const plugin = { name: "kubernetes", version: pluginVersions.kubernetes } as const;
  return home !== undefined && findPlugin(plugin, process.env.PATH, home, home)?.source === "substitute";
}

/**
 * The id of what a create was making, where it is in the cluster. A release that is not whole counts as not made: the plugin begins
 * it anew.
 */
async function idInCluster({ cluster }: Lab, resource: ResourceState): Promise<string | undefined> {
  const release = releaseOf(resource);
  if (release) return (await hasRelease(cluster, release)) ? providerId(release) : undefined;
  const object = objectOf(resource);
  return object && (await hasObject(cluster, object)) ? providerId(object) : undefined;
}
