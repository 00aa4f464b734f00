import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { PodObject } from "../../canary/pods/pod-object.ts";

/** A Helm release that the engine waits for. */
export interface WatchedRelease {
  readonly name: string;
  readonly namespace: string;
}

interface Maker {
  readonly metadata: {
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** What makes pods for a release. Jobs are those of its hooks. A ReplicaSet has the annotations of its Deployment. */
const makersIn = (namespace: string): readonly string[] => [
  ...["replicasets", "daemonsets", "statefulsets"].map((kind) => `/apis/apps/v1/namespaces/${namespace}/${kind}`),
  `/apis/batch/v1/namespaces/${namespace}/jobs`,
];

/**
 * Those of the pods that a release makes: its namespace may have others' in it. Rejects where the cluster does not say.
 *
 * @param pods of the release's namespace
 */
export async function podsOfRelease(
  client: Pick<ClusterClient, "get">,
  { name, namespace }: WatchedRelease,
  pods: readonly PodObject[],
): Promise<readonly PodObject[]> {
  if (pods.length === 0) return [];
  const lists = await Promise.all(
    makersIn(namespace).map((path) => client.get<{ readonly items: readonly Maker[] }>(path)),
  );
  const own = lists.flatMap((list) => list?.items ?? []).filter((maker) => isOf(name, maker));
  const uids = new Set<string | undefined>(own.map(({ metadata }) => metadata.uid));
  return pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uids.has(uid)));
}

/** Helm notes the release on what it installs. On hooks it notes nothing: there the labels tell that charts give to all of their objects. */
function isOf(release: string, { metadata: { annotations = {}, labels = {} } }: Maker): boolean {
  if (annotations["helm.sh/hook"] === undefined) return annotations["meta.helm.sh/release-name"] === release;
  return [labels["app.kubernetes.io/instance"], labels.release].includes(release);
}
