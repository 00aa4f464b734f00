import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type * as pulumi from "@pulumi/pulumi";
import { namespacePath } from "../../cluster/kube/paths.ts";
import { type PlatformPart, platformPartNames } from "../../cluster/target.ts";
import { ownerAnnotation } from "../../components/names.ts";
import { configAnnotation } from "../../components/workload/render-application.ts";
import { notedPartsConfig } from "../noted-parts.ts";
import { isOwner, type PartsConfig, platformParts, rolloutsScope } from "../platform-parts.ts";
import { createHook } from "./create-hook.ts";
import type { LiveNamespace } from "./namespace-owner.ts";
import { lossFault, platformIsThere } from "./platform-faults.ts";
import { type NotedNamespace, notedNamespaces, platformUse } from "./platform-users.ts";

type Client = Pick<ClusterClient, "get">;

/** The parts that other stacks can use, and those whose definitions are there at all. */
const shared = (config: PartsConfig): readonly PlatformPart[] =>
  platformParts(config).filter((part) => part !== "rollouts" || rolloutsScope(config) === "cluster");

/** The hooks of the namespaces of a platform that a stack installs. @param owner its full name */
export const platformHooks = (client: Client, owner: string): pulumi.ResourceHookBinding => ({
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
});

/** A namespace of the platform that is about to be made and is there: another stack's platform, or somebody else's. */
async function refuseExisting(client: Client, name: string, owner: string): Promise<void> {
  const live = await client.get<LiveNamespace>(namespacePath(name));
  if (live) throw platformIsThere(name, live.metadata.annotations?.[ownerAnnotation], owner);
}

/**
 * Refuses an update that takes parts of the platform away while others stand on them. It goes by what the cluster notes, and not by a
 * resource that changes with the config: whatever else the same edit makes anew is then no way past it.
 *
 * @param owner the stack's full name
 * @param here the application's namespace as it is; undefined where it is still to be made
 */
export async function refuseLoss(
  client: Client,
  owner: string,
  here: LiveNamespace | undefined,
  after: PartsConfig,
): Promise<void> {
  const noted = notedPartsConfig(here?.metadata.annotations?.[configAnnotation]);
  const namespaces = noted ? undefined : notedNamespaces(client);
  const before = noted ? [noted] : partsOf(owner, (await namespaces) ?? []);
  if (before.some(isOwner) && !isOwner(after)) {
    throw new UserError(
      `platform cannot go from own to ${after.platform}: this stack installed a mesh, and its pods stand on it.`,
      {
        place: "platform in the stack's config",
        allowed: "own, until the stack is taken down",
        next: "npx canaryctl config set platform own && npx canaryctl up",
      },
    );
  }
  const without = (parts: readonly PlatformPart[], kept: readonly PlatformPart[]) =>
    parts.filter((part) => !kept.includes(part));
  const lost = without(before.flatMap(platformParts), platformParts(after));
  // Without a note the cluster alone says what others need.
  const withdrawn = without(before.length === 0 ? platformPartNames : before.flatMap(shared), shared(after));
  if (lost.length === 0 && withdrawn.length === 0) return;
  const fault = lossFault(await platformUse(client, owner, [...new Set(lost)], namespaces), withdrawn);
  if (fault) throw fault;
}

/** What a stack was applied with last, wherever its application is: a namespace by another name is made anew. */
const partsOf = (owner: string, namespaces: readonly NotedNamespace[]): readonly PartsConfig[] =>
  namespaces.flatMap(({ stack, config }) => (stack === owner ? (notedPartsConfig(config) ?? []) : []));
