import { ApiError, type KubeClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { clusterRegistry } from "../../../cluster/images/cluster-registry.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { readIfAllowed } from "../../../cluster/kube/read-if-allowed.ts";
import type { Right } from "../../../components/accounts/render-account.ts";
import { platformAnnotation } from "../../../components/workload/render-application.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { LiveNamespace } from "../../../stacks/live/namespace-owner.ts";
import { neededRights, rightsToMake, updateRights } from "../../../stacks/needed-rights.ts";
import { notedFacts } from "../../../stacks/platform-facts.ts";
import { neededToPreview, type RegistryUse } from "../../../stacks/rights.ts";
import { placedBy } from "../../../stacks/roles.ts";
import { changedGuards } from "./changed-guards.ts";

type Client = Pick<KubeClient, "get" | "create">;

const reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const everything: Right = { verb: "*", resource: "*.*" };

/** The API server says whether the account may; what forbids even the question says nothing. */
async function isAllowed(client: Client, { verb, resource: named, namespace }: Right): Promise<boolean> {
  const [full = "", subresource] = named.split("/");
  const [resource, ...group] = full.split(".");
  const resourceAttributes = {
    verb,
    group: group.join("."),
    resource,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
  };
  try {
    const { status } = await client.create<{ readonly status: { readonly allowed: boolean } }>(reviews, {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    });
    return status.allowed;
  } catch (error) {
    if (error instanceof ApiError) return true;
    throw error;
  }
}

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

/** Those that the account lacks, all asked for at the same time. */
async function missingOf(client: Client, rights: readonly Right[]): Promise<readonly Right[]> {
  const allowed = await Promise.all(rights.map((right) => isAllowed(client, right)));
  return rights.filter((_, index) => !allowed[index]);
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
  if (await isAllowed(client, everything)) return [];
  const [minor, live] = await Promise.all([
    minorVersion(client),
    readIfAllowed<LiveNamespace>(client, namespacePath(config.namespace)),
  ]);
  const facts = notedFacts(live?.metadata.annotations?.[platformAnnotation]);
  const placed = facts ? placedBy(config, facts) : config;
  const [missing, withheld] = await Promise.all([
    missingOf(client, (live ? updateRights : neededRights)(config, minor, registry)),
    changedGuards(client, placed, registry).then((changed) => missingOf(client, rightsToMake(changed))),
  ]);
  return [
    ...(missing.length > 0 ? [lacking("This account lacks rights that the stack needs:", missing, context, "up")] : []),
    ...(withheld.length > 0 ? [givesNone(withheld, context)] : []),
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

/** Of an update that changes what gives rights and what holds the stack to its policy. */
const givesNone = (missing: readonly Right[], context: string): UserError =>
  new UserError(
    ["This update changes the stack's accounts or its policy, and this account may not:", ...linesOf(missing)].join(
      "\n  - ",
    ),
    {
      allowed:
        "what leaves them as they are; or an account that may give rights, such as one with the ClusterRole cluster-admin",
      first: "have whoever has more rights run this `up` once; after that this account may go on",
      next: question(missing, context),
    },
  );

/** A line for each kind in each place. */
function linesOf(rights: readonly Right[]): readonly string[] {
  const place = ({ namespace }: Right) => (namespace === undefined ? "in the cluster" : `in namespace ${namespace}`);
  const objects = Map.groupBy(rights, (right) => `${right.resource} ${place(right)}`);
  return [...objects].map(([object, same]) => `${same.map(({ verb }) => verb).join(", ")} ${object}`);
}

/** The command by which the first of them is asked about. */
function question([first]: readonly Right[], context: string): string {
  const { verb = "", resource = "", namespace } = first ?? {};
  const scope = namespace === undefined ? "" : ` --namespace ${quoted(namespace)}`;
  return `kubectl ${context} auth can-i ${verb} ${resource}${scope}`;
}
