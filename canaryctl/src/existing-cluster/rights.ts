import { ApiError, type KubeClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { clusterRegistry } from "../../../cluster/images/cluster-registry.ts";
import type { Right } from "../../../components/accounts/render-account.ts";
import type { MadeConfig } from "../../../stacks/application-kinds.ts";
import { neededRights } from "../../../stacks/needed-rights.ts";
import type { RegistryUse } from "../../../stacks/rights.ts";

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

/** The rights that the account lacks. An administrator is asked about once; anybody else about each right, all at the same time. */
async function missingRights(client: Client, config: MadeConfig, registry: RegistryUse): Promise<readonly Right[]> {
  if (await isAllowed(client, everything)) return [];
  const rights = neededRights(config, await minorVersion(client), registry);
  const allowed = await Promise.all(rights.map((right) => isAllowed(client, right)));
  return rights.filter((_, index) => !allowed[index]);
}

/** Why the account of a context cannot put a stack up; undefined where it can. @param context flags by which kubectl finds the cluster */
export async function rightsFault(
  client: Client,
  config: MadeConfig,
  context: string,
  registry: RegistryUse,
): Promise<UserError | undefined> {
  const missing = await missingRights(client, config, registry);
  const [first] = missing;
  if (!first) return undefined;
  const place = ({ namespace }: Right) => (namespace === undefined ? "in the cluster" : `in namespace ${namespace}`);
  const verbs = new Map<string, readonly string[]>();
  for (const right of missing) {
    const object = `${right.resource} ${place(right)}`;
    verbs.set(object, [...(verbs.get(object) ?? []), right.verb]);
  }
  const lines = [...verbs].map(([object, names]) => `${names.join(", ")} ${object}`);
  const ofRegistry = missing.some(({ namespace }) => namespace === clusterRegistry.namespace);
  const scope = first.namespace === undefined ? "" : ` --namespace ${quoted(first.namespace)}`;
  return new UserError(["This account lacks rights that the stack needs:", ...lines].join("\n  - "), {
    allowed: `an account with them, such as one with the ClusterRole cluster-admin${ofRegistry ? "; or a registry that is there already: npx canaryctl config set imageRegistry HOST:PORT" : ""}`,
    first: "have them granted, or name a context with another account: npx canaryctl up --context NAME",
    next: `kubectl ${context} auth can-i ${first.verb} ${first.resource}${scope}`,
  });
}
