import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { PlatformPart } from "../../cluster/target.ts";
import { existingPlatform } from "../platform-parts.ts";
import { ownName, projectName } from "../stack-name.ts";
import type { PlatformUse } from "./platform-users.ts";

/** What brings a part of the platform to a stack that owns one, whatever its strategy is. */
const keeps: Readonly<Record<PlatformPart, string>> = {
  monitoring: "monitoring true",
  rollouts: "rollouts cluster",
  "gateway-api": "gatewayApi true",
  "istio-cni": "istioCni true",
};

/** A namespace of a platform that is about to be made is there. @param whose the note on it @param owner who makes it */
export function platformIsThere(namespace: string, whose: string | undefined, owner: string): UserError {
  const place = "platform in the stack's config";
  if (whose === owner) {
    return new UserError(`Namespace ${namespace} is of this stack, and the stack's state does not know it.`, {
      place: "the state of the stack",
      allowed: "the state that the stack had; or a cluster without that namespace",
      first: `put the state back, or remove what is in the namespace: kubectl delete namespace ${namespace}`,
      next: "npx canaryctl up",
    });
  }
  const [, project, stack] = whose?.split("/") ?? [];
  if (whose !== undefined && project === projectName && stack !== undefined) {
    return new UserError(`Namespace ${namespace} is there already: it is part of the platform of stack ${whose}.`, {
      place,
      allowed: `platform ${stack}, which uses that one; or another cluster`,
      next: `npx canaryctl config set platform ${quoted(stack)} && npx canaryctl up`,
    });
  }
  return new UserError(`Namespace ${namespace} is there already, and no stack of this project made it.`, {
    place,
    allowed: `platform ${existingPlatform}, which uses what is there; or a cluster without that namespace`,
    next: [
      `npx canaryctl config set platform ${existingPlatform} && npx canaryctl up`,
      `kubectl get all -n ${namespace}`,
    ],
  });
}

/** Why parts of a platform must stay; undefined where nobody needs them. */
export function lossFault({ users, objects }: PlatformUse, lost: readonly PlatformPart[]): UserError | undefined {
  const losing = users.flatMap(({ stack, namespace, needs }) => {
    const parts = needs.filter((part) => lost.includes(part));
    return parts.length > 0 ? [{ stack, namespace, parts }] : [];
  });
  if (losing.length === 0 && objects.length === 0) return undefined;
  const parts = [...new Set([...losing.flatMap(({ parts }) => parts), ...objects.map(({ part }) => part)])];
  const words = [
    ...losing.map(({ stack, namespace, parts }) => `stack ${stack} (namespace ${namespace}) needs ${parts.join(", ")}`),
    ...(objects.length > 0 ? [`their definitions would go, and with them ${listed(objects)}`] : []),
  ];
  return new UserError(`Others stand on what this update would take away: ${words.join("; ")}.`, {
    place: "the stack's config",
    allowed: `${parts.map((part) => keeps[part]).join(", ")}, until they are gone`,
    next: [
      `npx canaryctl config set ${parts.map((part) => keeps[part]).join(" ")} && npx canaryctl up`,
      ...losing.map(wayOut),
    ],
  });
}

/** What ends the need of a stack: Pod Security is enforced by its own config. */
function wayOut({ stack, parts }: { readonly stack: string; readonly parts: readonly PlatformPart[] }): string {
  const name = quoted(ownName(stack));
  return parts.every((part) => part === "istio-cni")
    ? `npx canaryctl --stack ${name} config set isolation '{"mode": "off"}' && npx canaryctl --stack ${name} up`
    : `npx canaryctl --stack ${name} down`;
}

const most = 5;

const listed = (objects: PlatformUse["objects"]): string => {
  const names = objects.slice(0, most).map(({ name }) => name);
  return [...names, ...(objects.length > most ? [`${objects.length - most} more`] : [])].join(", ");
};
