import { UserError } from "@canary-lab/kit/user-error";
import { findDrift } from "../engine/drift/live-objects.ts";
import type { Deployment } from "../engine/pending.ts";
import type { Lab } from "../lab.ts";
import type { DriftFacts, LockFacts, StateFacts } from "./facts.ts";
import type { Reader } from "./reader.ts";

/** What the engine's state says, read without the engine; undefined where only the engine can read it. */
export async function readState(lab: Pick<Lab, "state" | "cluster">, reader: Reader): Promise<StateFacts | undefined> {
  const { state } = lab;
  if (!state) return undefined;
  const locks = state.locks().map((lock): LockFacts => {
    const { path, pid, host, since, holder } = lock;
    return { path, pid, host, since: since === undefined ? undefined : new Date(since).toISOString(), holder };
  });
  const found = { isThere: state.exists(), locks };
  try {
    const deployment = state.read()?.deployment ?? {};
    return {
      ...found,
      damage: undefined,
      pending: (deployment.pending_operations ?? []).map(
        ({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`,
      ),
      drift: await driftOf(lab, deployment, reader),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, place, first, next } = error;
    const evidence = [message, place, first].filter((line) => line !== undefined);
    return { ...found, damage: { evidence, mend: next?.split("\n") ?? [] }, pending: [], drift: undefined };
  }
}

/** Undefined where the cluster does not answer: that is a finding of its own. */
async function driftOf(
  { cluster }: Pick<Lab, "cluster">,
  deployment: Deployment,
  reader: Reader,
): Promise<readonly DriftFacts[] | undefined> {
  try {
    const drift = await reader.part("the objects of the state", () => findDrift(cluster, deployment));
    return drift?.map(({ kind, id, live, fields }) => ({
      kind,
      id,
      isGone: live === undefined,
      fields: fields.map(({ path }) => path.join(".")),
    }));
  } catch {
    return undefined;
  }
}
