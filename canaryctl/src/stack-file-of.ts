import { deployedServices, readIfPossible } from "./deployed.ts";
import { FileState } from "./engine/file-state.ts";
import { backendUrl } from "./engine/variables.ts";
import type { GlobalOptions } from "./lab.ts";
import { StackFile } from "./stack-file.ts";
import { fileFault } from "./without-file.ts";

/**
 * The file of a stack, as the service has it that --app names. Where the file says nothing, what is deployed says which services there are.
 *
 * @throws UserError for a name that the engine would not accept
 */
export function stackFileOf({ stack, app }: Pick<GlobalOptions, "stack" | "app">): StackFile {
  const file = new StackFile(stack);
  if (app === undefined) return file;
  const known = fileFault(file) ? servicesInState(file) : file.services();
  return known.includes(app) ? file.of(app) : file;
}

/** The services of a stack that are deployed; none where only the engine can read its state. */
export const servicesInState = ({ stack }: StackFile): readonly string[] =>
  deployedServices(readIfPossible(FileState.at(backendUrl(process.env), stack)));
