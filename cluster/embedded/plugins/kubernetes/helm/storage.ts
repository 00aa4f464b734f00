import { gunzipSync } from "node:zlib";
import { isNotFound } from "../client.ts";
import type { Cluster } from "../cluster.ts";
import { type JsonObject, listAt, numberAt, objectAt, textAt } from "../json.ts";

/** One revision of a release as Helm stored it in the cluster. */
export interface StoredRelease {
  readonly revision: number;
  /** deployed, failed, pending-install, pending-upgrade, superseded … */
  readonly status: string;
  readonly description: string;
  readonly values: JsonObject;
  readonly manifest: string;
  readonly chart: JsonObject;
}

function decode(secret: JsonObject): StoredRelease {
  const inner = Buffer.from(Buffer.from(textAt(secret, "data", "release"), "base64").toString("latin1"), "base64");
  const release = JSON.parse(gunzipSync(inner).toString("utf8")) as JsonObject;
  return {
    revision: numberAt(release, "version") ?? 0,
    status: textAt(release, "info", "status"),
    description: textAt(release, "info", "description"),
    values: objectAt(release, "config") ?? {},
    manifest: textAt(release, "manifest"),
    chart: objectAt(release, "chart", "metadata") ?? {},
  };
}

/** All revisions of a release, the newest first, out of Helm's own Secrets (its default driver). */
export async function releaseHistory(cluster: Cluster, namespace: string, name: string): Promise<StoredRelease[]> {
  const path = await cluster.path("v1", "Secret", namespace);
  const query = { labelSelector: `owner=helm,name=${name}` };
  const list = await cluster.client.call(path, { query }).catch((error: unknown) => {
    if (isNotFound(error)) return {} as JsonObject;
    throw error;
  });
  return listAt(list, "items")
    .map((item) => decode(item as JsonObject))
    .sort((left, right) => right.revision - left.revision);
}
