import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type * as pulumi from "@pulumi/pulumi";
import { namespacePath } from "../../cluster/kube/paths.ts";
import type { PlatformPart } from "../../cluster/target.ts";
import { ownerAnnotation } from "../../components/names.ts";
import { configAnnotation } from "../../components/workload/render-application.ts";
import { notedPartsConfig } from "../noted-parts.ts";
import { isOwner, type PartsConfig, platformParts, rolloutsScope } from "../platform-parts.ts";
import { createHook } from "./create-hook.ts";
import type { LiveNamespace } from "./namespace-owner.ts";
import { lossFault, platformIsThere } from "./platform-faults.ts";
import { platformUse } from "./platform-users.ts";

type Client = Pick<ClusterClient, "get">;
type Inputs = Readonly<Record<string, unknown>> | undefined;

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
