import { AsyncLocalStorage } from "node:async_hooks";
import { type Variables, variable } from "@canary-lab/kit/variables";

/** Which service of the stack is being made; outside of it, and for the stack's own application, there is none. */
const scope = new AsyncLocalStorage<string>();

/** Runs `make` for one application of the stack. @param service undefined for the stack's own */
export const inApplication = <T>(service: string | undefined, make: () => T): T => scope.run(service ?? "", make);

/** The service that is being made; undefined for the stack's own application. */
export const madeService = (): string | undefined => scope.getStore() || undefined;

/** The name of a resource, or of a hook, of the application that is being made. What belongs to a service has its name in front. */
export const named = (role: string): string => {
  const service = madeService();
  return service === undefined ? role : `${service}/${role}`;
};

/** The name of a resource of the stack's that stands in its services: only an update of all of them makes, changes or removes it. */
export const inServices = (role: string): string => `_/${role}`; // which can be no service's name

/** The service that a resource belongs to, by its name; undefined for the stack's own application, and for its platform. */
export const serviceIn = (name: string): string | undefined => /^([a-z0-9-]+)\//.exec(name)?.[1];

/** The same by its URN. */
export const serviceOf = (urn: string): string | undefined => serviceIn(urn.split("::").slice(3).join("::"));

/** Of an update that is about one application of several; with `service` undefined that is the stack's own. */
export interface ApplicationScope {
  readonly service: string | undefined;
}

/** Patterns of URNs, of what an update may change or of what it may not. */
export interface UrnPatterns {
  readonly targets?: readonly string[];
  readonly excludes?: readonly string[];
}

/** What an update of one application may change. @param targets patterns for the stack's own; none for all of the application */
export const urnsOf = ({ service }: ApplicationScope, targets: readonly string[]): UrnPatterns => {
  if (service === undefined) return targets.length > 0 ? { targets } : { excludes: ["**::*/*"] };
  const own = (target: string) => target.replace(/^\*\*::/, `**::${service}/`);
  return { targets: targets.length > 0 ? targets.map(own) : [`**::${service}/**`] };
};

/** Whether an update is about a resource: `**` stands for any text, `*` for any without a colon. */
export function isMeant({ targets, excludes = [] }: UrnPatterns, urn: string): boolean {
  const segment = (text: string) => text.split("*").map(RegExp.escape).join("[^:]*");
  const matches = (pattern: string) => new RegExp(`^${pattern.split("**").map(segment).join(".*")}$`).test(urn);
  return (targets?.some(matches) ?? true) && !excludes.some(matches);
}

/** Names the application that an update is about; canaryctl sets it, for the engine does not tell the program. */
const applicationVariable = "CANARY_LAB_APPLICATION";

export const scopeVariables = ({ service = "" }: ApplicationScope): Readonly<Record<string, string>> => ({
  [applicationVariable]: `${service}/`,
});

/** Undefined for an update of the whole stack. */
export function scopeIn(variables: Variables): ApplicationScope | undefined {
  const text = variable(variables, applicationVariable);
  return text === undefined ? undefined : { service: text.slice(0, -1) || undefined };
}
