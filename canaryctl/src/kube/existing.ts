import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { secretsPath } from "../../../cluster/kube/paths.ts";
import type { ObjectReference } from "../engine/pending.ts";

/** Whether a Helm release is there and whole. Helm keeps each revision in a Secret whose labels say how it went. */
export async function hasRelease(
  cluster: ClusterClient,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<boolean> {
  const deployed = await cluster.get<{ readonly items: readonly unknown[] }>(
    secretsPath(namespace, { owner: "helm", name, status: "deployed" }),
  );
  return (deployed?.items.length ?? 0) > 0;
}

/** Paths of the Secrets in which Helm keeps revisions that it began and never ended. */
export async function pendingRevisions(
  cluster: ClusterClient,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<readonly string[]> {
  const revisions = await cluster.get<{
    readonly items: readonly {
      readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
    }[];
  }>(secretsPath(namespace, { owner: "helm", name }));
  return (revisions?.items ?? [])
    .filter(({ metadata }) => metadata.labels?.status?.startsWith("pending-"))
    .map(({ metadata }) => `/api/v1/namespaces/${namespace}/secrets/${metadata.name}`);
}

/** Whether an object of any kind is there; a kind that the cluster does not know has no objects. */
export async function hasObject(cluster: ClusterClient, object: ObjectReference): Promise<boolean> {
  const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const known = await cluster.get<{
    readonly resources: readonly { name: string; kind: string; namespaced: boolean }[];
  }>(root);
  const kind = known?.resources.find(({ name, kind }) => kind === object.kind && !name.includes("/"));
  if (!kind) return false;
  const folder = kind.namespaced ? `${root}/namespaces/${object.namespace ?? "default"}` : root;
  return (await cluster.get(`${folder}/${kind.name}/${object.name}`)) !== undefined;
}
