import { ApiError, type KubeClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { clusterRegistry } from "../../../cluster/images/cluster-registry.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { readIfAllowed } from "../../../cluster/kube/read-if-allowed.ts";
import type { Right } from "../../../components/accounts/render-account.ts";
import { platformAnnotation } from "../../../components/workload/render-application.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { mayDoAll, missingOf } from "../../../stacks/live/allowed-rights.ts";
import type { LiveNamespace } from "../../../stacks/live/namespace-owner.ts";
import { linesOf, question, withheldFault } from "../../../stacks/live/withheld-rights.ts";
import { neededRights, updateRights } from "../../../stacks/needed-rights.ts";
import { notedFacts } from "../../../stacks/platform-facts.ts";
import { neededToPreview, type RegistryUse } from "../../../stacks/rights.ts";
import { placedBy } from "../../../stacks/roles.ts";

type Client = Pick<KubeClient, "get" | "create">;

/** The minor version of the API server; where it does not say it, it counts as newer than all, which asks for most. */
async function minorVersion(client: Client): Promise<number> {
  try {
    const version = await client.get<{ readonly minor?: string }>("/version");
    const minor = Number.parseInt(version?.minor ?? "", 10); // providers write such as `35+`
    return Number.isNaN(minor) ? Number.POSITIVE_INFINITY : minor;
  } catch (error) {
    if (error instanceof ApiError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/**
 * Why the account of a context cannot put a stack up; empty where it can. An administrator is asked about once; anybody else about each right,
 * and about those that change the stack's accounts and its policy only where the update does that.
 *
 * @param context flags by which kubectl finds the cluster
 */
export async function rightsFaults(
  client: Client,
  config: LabConfig,
  context: string,
  registry: RegistryUse,
): Promise<readonly UserError[]> {
  if (await mayDoAll(client)) return [];
  const [minor, live] = await Promise.all([
    minorVersion(client),
    readIfAllowed<LiveNamespace>(client, namespacePath(config.namespace)),
  ]);
  const facts = notedFacts(live?.metadata.annotations?.[platformAnnotation]);
  const placed = facts ? placedBy(config, facts) : config;
  const [missing, withheld] = await Promise.all([
    missingOf(client, (live ? updateRights : neededRights)(config, minor, registry)),
    withheldFault(client, placed, context, registry),
  ]);
  return [
    ...(missing.length > 0 ? [lacking("This account lacks rights that the stack needs:", missing, context, "up")] : []),
    ...(withheld ? [withheld] : []),
  ];
}

/** Why the account of a context cannot preview a stack; undefined where it can. Nothing is asked about that a preview only tells more by. */
export async function previewFault(client: Client, config: LabConfig, context: string): Promise<UserError | undefined> {
  const missing = await missingOf(client, neededToPreview(config));
  return missing.length > 0
    ? lacking("This account may not read what a preview needs:", missing, context, "preview")
    : undefined;
}

/** @param headline ends with a colon */
function lacking(headline: string, missing: readonly Right[], context: string, command: "up" | "preview"): UserError {
  const ofRegistry = missing.some(({ namespace }) => namespace === clusterRegistry.namespace);
  const role = command === "up" ? "cluster-admin" : "view";
  const another =
    command === "up"
      ? "name a context with another account: npx canaryctl up --context NAME"
      : "name another account's kubeconfig by CANARY_LAB_KUBE_CONTEXT and CANARY_LAB_KUBECONFIG";
  return new UserError([headline, ...linesOf(missing)].join("\n  - "), {
    allowed: `an account with them, such as one with the ClusterRole ${role}${ofRegistry ? "; or a registry that is there already: npx canaryctl config set imageRegistry HOST:PORT" : ""}`,
    first: `have them granted, or ${another}`,
    next: question(missing, context),
  });
}
