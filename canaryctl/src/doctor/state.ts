import type { Lab } from "../lab.ts";
import type { LockFacts, StateFacts } from "./facts.ts";

/** What the engine's state says, read without the engine; undefined where only the engine can read it. */
export function readState({ state }: Pick<Lab, "state">): StateFacts | undefined {
  if (!state) return undefined;
  const locks = state.locks().map((lock): LockFacts => {
    const { path, pid, host, since, holder } = lock;
    return { path, pid, host, since: since === undefined ? undefined : new Date(since).toISOString(), holder };
  });
  const found = { isThere: state.exists(), locks };
  try {
    const pending = state.read()?.deployment.pending_operations ?? [];
    return {
      ...found,
      damage: undefined,
      pending: pending.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`),
    };
  } catch (error) {
    return { ...found, damage: (error as Error).message, pending: [] };
  }
}
