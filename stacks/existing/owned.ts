import { quoted } from "@canary-lab/kit/programs";
import { ownerAnnotation } from "../../components/names.ts";
import { ownName } from "../stack-name.ts";
import type { ExistingObjects, Fault } from "./objects.ts";

/** The stack of this project that made a namespace as part of its platform; undefined for everybody else's. */
export const stackOf = ({ namespaces }: ExistingObjects, namespace: string | undefined): string | undefined =>
  namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.annotations?.[ownerAnnotation];

/** That stack's `down` would take away what it does not know to be used. */
export function ownedFault(what: string, stack: string): Fault {
  const named = quoted(ownName(stack));
  return {
    cause: `${what} is part of the platform of stack ${stack}`,
    allowed: `platform ${named}`,
    next: [`npx canaryctl config set platform ${named} && npx canaryctl up`],
  };
}
