import type { Lab } from "../lab.ts";
import type { Engine } from "./engine.ts";
import { NoStackError } from "./engine-failure.ts";
import type { ExportedState } from "./pending.ts";

/** What tells a stack's state: the folder that has it, or the engine. */
interface AskedState extends Pick<Lab, "state"> {
  readonly engine: Pick<Engine, "exportState">;
}

/** A stack's state; undefined where the stack has none yet. The engine is asked only where the backend is no folder. */
export async function stateOf({ engine, state }: AskedState): Promise<ExportedState | undefined> {
  if (state) return state.read();
  try {
    return await engine.exportState();
  } catch (error) {
    if (error instanceof NoStackError) return undefined;
    throw error;
  }
}

/** Whether the backend has the engine's stack, for a backend that only the engine can read. */
export const isInBackend = async (engine: Pick<Engine, "exportState">): Promise<boolean> =>
  (await stateOf({ engine, state: undefined })) !== undefined;
