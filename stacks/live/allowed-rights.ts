import { ApiError, type KubeClient } from "@canary-lab/kit/kube/client";
import type { Right } from "../../components/accounts/render-account.ts";

type Client = Pick<KubeClient, "create">;

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

/** Those that the account lacks, all asked for at the same time. */
export async function missingOf(client: Client, rights: readonly Right[]): Promise<readonly Right[]> {
  const allowed = await Promise.all(rights.map((right) => isAllowed(client, right)));
  return rights.filter((_, index) => !allowed[index]);
}

/** Whether the account is one of an administrator, who need not be asked about more. */
export const mayDoAll = (client: Client): Promise<boolean> => isAllowed(client, everything);
