import { serviceKeys } from "./config/service-values.ts";

/** The commands that are about all of a stack, or about none. */
export const stackCommands: readonly string[] = ["up", "down", "preview", "stack", "env", "lab", "comment"];

/** Whether a command is about one application: of `config`, where its key is one that a service may have. */
const isOfApplication = (command: string, verb: string | undefined, key: string | undefined): boolean =>
  !stackCommands.includes(command) &&
  !(command === "config" && verb !== undefined && !serviceKeys.some((one) => one === key));

/**
 * A text whose canaryctl commands act on this service when they are run as they are printed.
 *
 * @param service undefined for the stack's own application
 */
export const withService = (text: string, service: string | undefined): string =>
  service === undefined
    ? text
    : text.replaceAll(
        /\bnpx canaryctl (?=([a-z][\w-]*)(?: (set|get|rm) (\w+))?)/g,
        (found, command: string, verb?: string, key?: string) =>
          isOfApplication(command, verb, key) ? `${found}--app ${service} ` : found,
      );
