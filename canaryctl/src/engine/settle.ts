import { hasObject, hasRelease } from "../kube/existing.ts";
import type { Lab } from "../lab.ts";
import { objectOf, type PendingOperation, pendingOperations, providerId, releaseOf } from "./pending.ts";

/**
 * Settles what a killed update left open. The engine notes a create before it begins and cannot know afterwards whether it came
 * about; the cluster can: what is there is taken into the state, what is not was never made. Updates and deletes need no such
 * question, for they can be repeated.
 */
export async function settlePending(lab: Lab, say: (line: string) => void): Promise<void> {
  const pending = pendingOperations(lab.state ? lab.state.read() : await lab.engine.exportState());
  if (pending.length === 0) return;
  const creates = pending.filter(({ operation }) => operation === "creating");
  const found = await Promise.all(creates.map((create) => idInCluster(lab, create)));
  const imports = creates.flatMap(({ urn }, index) => {
    const id = found[index];
    return id === undefined ? [] : [{ urn, id }];
  });
  for (const { operation, urn } of pending) {
    const outcome =
      operation !== "creating"
        ? "will be repeated"
        : imports.some((made) => made.urn === urn)
          ? "was done"
          : "was not done";
    say(`A killed update was ${operation} ${urn.split("::").at(-1)}: it ${outcome}.`);
  }
  await lab.engine.settle(imports, say);
}

/** The id of what a create was making, where it is in the cluster. A release that is not whole counts as not made: the plugin begins it anew. */
async function idInCluster({ cluster }: Lab, create: PendingOperation): Promise<string | undefined> {
  const release = releaseOf(create);
  if (release) return (await hasRelease(cluster, release)) ? providerId(release) : undefined;
  const object = objectOf(create);
  return object && (await hasObject(cluster, object)) ? providerId(object) : undefined;
}
