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
  const before = await notedConfig(lab);
  try {
    return await applyOnly(lab, changes, options);
  } catch (error) {
    const isUntouched = async () => !asksFor(before, changes) && (await notedConfig(lab)) === before;
    if (error instanceof EngineBusyError || (error instanceof RefusedError && before && (await isUntouched())))
      putBack(lab, options);
    throw error;
  }
}

/** What the application's Namespace notes of the config, before anything else of the application changes; undefined where nobody can say. */
const notedConfig = (lab: Lab): Promise<string | undefined> =>
  readNote(lab).then(
    ({ config }) => config,
    () => undefined,
  );

/** Whether a note has the changes already, from a run that failed: then it says nothing of how far this one came. */
function asksFor(note: string | undefined, changes: ConfigChanges): boolean {
  const noted = notedValues(note);
  return Object.entries(appliedValues(changes)).every(([key, value]) => noted?.[key] === value);
}

/** How the command failed is what must be told, whatever comes of this. */
function putBack({ stackFile }: Lab, { say }: OnlyOptions): void {
  try {
    stackFile.restore();
  } catch (error) {
    say(`${stackFile.name} could not be put back: ${(error as Error).message}`);
  }
}
