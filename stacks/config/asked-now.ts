import { readIfThere } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { servicesIn } from "./service-values.ts";
import { entries, parse } from "./stack-yaml.ts";

/** What a stack's file itself says of the canary; undefined for what it does not say. */
export interface AskedNow {
  readonly canaryWeight?: number;
  readonly canaryEnabled?: boolean;
}

/**
 * Reads the file as it is at this moment, for the engine has read it once and for all. Of a key that is not in it nothing is known: the
 * config may come from the backend, or from another file. The same holds for a file that somebody is writing.
 *
 * @param service of the stack; default: the stack's own application
 */
export function askedNow(path: string, service?: string): AskedNow {
  const text = readIfThere(path);
  if (text === undefined) return {};
  try {
    const stack: Readonly<Record<string, unknown>> = Object.fromEntries(entries(parse(text, path), path));
    const values = service === undefined ? stack : (servicesIn(stack)[service] ?? {});
    const weight = values.canaryWeight === undefined ? Number.NaN : Number(values.canaryWeight);
    const enabled = { true: true, false: false }[String(values.canaryEnabled)];
    return {
      ...(Number.isFinite(weight) && { canaryWeight: weight }),
      ...(enabled !== undefined && { canaryEnabled: enabled }),
    };
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}
