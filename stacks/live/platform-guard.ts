import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type * as pulumi from "@pulumi/pulumi";
import { namespacePath } from "../../cluster/kube/paths.ts";
import type { PlatformPart } from "../../cluster/target.ts";
import { ownerAnnotation } from "../../components/platform-namespace.ts";
import { configAnnotation } from "../../components/workload/render-application.ts";
import { notedPartsConfig } from "../noted-parts.ts";
import { isOwner, type PartsConfig, platformParts, rolloutsScope } from "../platform-parts.ts";
import { projectName } from "../stack-name.ts";
import { createHook } from "./create-hook.ts";
import type { LiveNamespace } from "./namespace-owner.ts";
import { type PlatformUse, platformUse } from "./platform-users.ts";

type Client = Pick<ClusterClient, "get">;
type Inputs = Readonly<Record<string, unknown>> | undefined;

/** What brings a part of the platform to a stack that owns one, whatever its strategy is. */
const keeps: Readonly<Record<PlatformPart, string>> = {
  monitoring: "monitoring true",
  rollouts: "rollouts cluster",
  "gateway-api": "gatewayApi true",
};

/** A stack's own name in an error, and in a command: one of another project has no command here. */
const commandName = (full: string): string => quoted(full.split("/").at(-1) ?? full);

/** The parts that other stacks can use, and those whose definitions are there at all. */
const shared = (config: PartsConfig): readonly PlatformPart[] =>
  platformParts(config).filter((part) => part !== "rollouts" || rolloutsScope(config) === "cluster");

/** The hooks of a stack that installs a platform. @param owner its full name */
export const platformHooks = (
  client: Client,
  owner: string,
): { readonly platform: pulumi.ResourceHookBinding; readonly application: pulumi.ResourceHookBinding } => ({
  platform: {
    beforeCreate: [
      createHook(
        "platform-is-new",
        async ({ newInputs }) => {
          const { name } = (newInputs?.metadata ?? {}) as { readonly name?: string };
          if (name !== undefined) await refuseExisting(client, name, owner);
        },
        { onDryRun: true },
      ),
    ],
  },
  application: {
    beforeUpdate: [
      createHook(
        "platform-guard",
        async ({ oldInputs, newInputs }) => {
          const [before, after] = [partsIn(oldInputs), partsIn(newInputs)];
          if (before && after) await refuseLoss(client, owner, before, after);
        },
        { onDryRun: true },
      ),
    ],
  },
});

function partsIn(namespace: Inputs): PartsConfig | undefined {
  const { annotations = {} } = (namespace?.metadata ?? {}) as { readonly annotations?: Record<string, string> };
  return notedPartsConfig(annotations[configAnnotation]);
}

/** A namespace of the platform that is about to be made and is there: another stack's platform, or somebody else's. */
async function refuseExisting(client: Client, name: string, owner: string): Promise<void> {
  const live = await client.get<LiveNamespace>(namespacePath(name));
  if (live) throw platformIsThere(name, live.metadata.annotations?.[ownerAnnotation], owner);
}

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
    allowed: "platform existing, which uses what is in the cluster; or a cluster without that namespace",
    next: ["npx canaryctl config set platform existing && npx canaryctl up", `kubectl get all -n ${namespace}`],
  });
}

/** Refuses an update that takes parts of the platform away while others stand on them. */
export async function refuseLoss(
  client: Client,
  owner: string,
  before: PartsConfig,
  after: PartsConfig,
): Promise<void> {
  const lost = platformParts(before).filter((part) => !platformParts(after).includes(part));
  const withdrawn = shared(before).filter((part) => !shared(after).includes(part));
  if (isOwner(before) && !isOwner(after)) {
    throw new UserError(
      `platform cannot go from own to ${after.platform}: this stack installed a mesh, and its pods stand on it.`,
      {
        place: "platform in the stack's config",
        allowed: "own, until the stack is taken down",
        next: "npx canaryctl config set platform own && npx canaryctl up",
      },
    );
  }
  if (lost.length === 0 && withdrawn.length === 0) return;
  const fault = lossFault(await platformUse(client, owner, lost), withdrawn);
  if (fault) throw fault;
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
      ...losing.map(({ stack }) => `npx canaryctl --stack ${commandName(stack)} down`),
    ],
  });
}

const most = 5;

const listed = (objects: PlatformUse["objects"]): string => {
  const names = objects.slice(0, most).map(({ name }) => name);
  return [...names, ...(objects.length > most ? [`${objects.length - most} more`] : [])].join(", ");
};
