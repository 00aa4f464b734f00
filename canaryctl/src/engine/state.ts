import type { Lab } from "../lab.ts";
import { NoStackError } from "./engine.ts";
import type { ExportedState } from "./pending.ts";

/** A stack's state; undefined where the stack has none yet. The engine is asked only where the backend is no folder. */
export async function stateOf({ engine, state }: Pick<Lab, "engine" | "state">): Promise<ExportedState | undefined> {
  if (state) return state.read();
  try {
    return await engine.exportState();
  } catch (error) {
    if (error instanceof NoStackError) return undefined;
    throw error;
  }
}
