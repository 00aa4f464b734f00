import type { KubeClient } from "@canary-lab/kit/kube/client";

export interface Resource {
  readonly group: string;
  /** With a subresource: `pods/exec`. */
  readonly name: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly namespaced: boolean }[];
}

/** All that the API server has. */
export async function discover(client: KubeClient): Promise<readonly Resource[]> {
  const groups = await client.get<{
    readonly groups: readonly { readonly name: string; readonly preferredVersion: { readonly groupVersion: string } }[];
  }>("/apis");
  const places = [
    { name: "", path: "/api/v1" },
    ...(groups?.groups ?? []).map(({ name, preferredVersion }) => ({
      name,
      path: `/apis/${preferredVersion.groupVersion}`,
    })),
  ];
  const lists = await Promise.all(
    places.map(async ({ name: group, path }) =>
      ((await client.get<ResourceList>(path))?.resources ?? []).map(({ name, namespaced }) => ({
        group,
        name,
        namespaced,
      })),
    ),
  );
  return lists.flat();
}

export const verbs = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...["bind", "escalate", "impersonate", "approve", "sign"],
];

export const asRight = ({ group, name }: Resource): string => {
  const [resource, sub] = name.split("/");
  return [resource, ...(group ? [group] : [])].join(".") + (sub ? `/${sub}` : "");
};

/** What every account may: asking who it is, and what it may. */
const isOfEveryAccount = (right: string): boolean =>
  /^create selfsubject(access|rules)?reviews\.(authorization|authentication)\.k8s\.io/.test(right);

/** One verb on one resource, at one place or in the whole cluster. */
export interface Try {
  readonly verb: string;
  readonly of: Resource;
  readonly place: string | undefined;
}

async function isAllowed(client: KubeClient, { verb, of, place }: Try): Promise<boolean> {
  const [resource, subresource] = of.name.split("/");
  const { status } = await client.create<{ readonly status: { readonly allowed: boolean } }>(
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          verb,
          group: of.group,
          resource,
          ...(subresource && { subresource }),
          ...(place && { namespace: place }),
        },
      },
    },
  );
  return status.allowed;
}

/** Asks for all, some at a time. */
export async function allowedOf(client: KubeClient, tries: readonly Try[]): Promise<readonly string[]> {
  const allowed: string[] = [];
  const left = [...tries];
  const ask = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const right = `${next.verb} ${asRight(next.of)}${next.place ? ` in ${next.place}` : ""}`;
      if ((await isAllowed(client, next)) && !isOfEveryAccount(right)) allowed.push(right);
    }
  };
  await Promise.all(Array.from({ length: 16 }, ask));
  return allowed.toSorted();
}
