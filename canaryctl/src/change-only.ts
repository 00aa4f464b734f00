import { appliedValues, notedValues } from "../../stacks/config/applied-config.ts";
import { applyOnly, type OnlyOptions } from "./applied.ts";
import { readNote } from "./deployed.ts";
import { EngineBusyError } from "./engine/engine-failure.ts";
import { RefusedError } from "./engine/program-errors.ts";
import type { ConfigChanges, Lab } from "./lab.ts";

/**
 * As {@link applyOnly}, for changes that nothing has been done for before. The file is put back where another update is in the way, and where
 * the program refuses the changes before the application has any of them. After any other failure it keeps what the user asked for, and the
 * next update goes on from there.
 */
export async function changeOnly(lab: Lab, changes: ConfigChanges, options: OnlyOptions): Promise<Lab> {
  try {
    return await applyOnly(lab, changes, options);
  } catch (error) {
    if (error instanceof EngineBusyError || (error instanceof RefusedError && !(await mayHave(lab, changes))))
      putBack(lab, options);
    throw error;
  }
}

/**
 * Whether the application may have some of the changes: its Namespace, which comes before anything else of it, notes them, from this run or
 * an earlier one, or nobody can say what it notes.
 */
async function mayHave(lab: Lab, changes: ConfigChanges): Promise<boolean> {
  const note = await readNote(lab).catch(() => undefined);
  const noted = notedValues(note?.config);
  return !noted || Object.entries(appliedValues(changes)).every(([key, value]) => noted[key] === value);
}

/** How the command failed is what must be told, whatever comes of this. */
function putBack({ stackFile }: Lab, { say }: OnlyOptions): void {
  try {
    stackFile.restore();
  } catch (error) {
    say(`${stackFile.name} could not be put back: ${(error as Error).message}`);
  }
}
