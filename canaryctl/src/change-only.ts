import { applyOnly, type OnlyOptions } from "./applied.ts";
import { readNote } from "./deployed.ts";
import { EngineBusyError } from "./engine/engine-failure.ts";
import type { ConfigChanges, Lab } from "./lab.ts";

/**
 * As {@link applyOnly}, for changes that nothing has been done for before. Where the update fails before it has changed the application the
 * file is put back: another update is in the way, or the program refuses the change. Otherwise it keeps what the user asked for, and the
 * next update goes on from there.
 */
export async function changeOnly(lab: Lab, changes: ConfigChanges, options: OnlyOptions): Promise<Lab> {
  const before = await notedConfig(lab);
  try {
    return await applyOnly(lab, changes, options);
  } catch (error) {
    const isUntouched = before !== undefined && (await notedConfig(lab)) === before;
    if (error instanceof EngineBusyError || isUntouched) lab.stackFile.restore();
    throw error;
  }
}

/** What the application's Namespace notes, which an update changes before all else; undefined where nobody can say. */
const notedConfig = (lab: Lab): Promise<string | undefined> =>
  readNote(lab).then(
    ({ config }) => config,
    () => undefined,
  );
