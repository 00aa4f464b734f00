import { gunzipSync } from "node:zlib";
import { type JsonObject, numberAt, objectAt, textAt } from "../../json.ts";
import type { Cluster } from "../api/cluster.ts";
import { isNotFound } from "../api/errors.ts";

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
  const selection = { apiVersion: "v1", kind: "Secret", namespace, labels: `owner=helm,name=${name}` };
  const secrets = await cluster.list(selection).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw error;
  });
  return secrets.map(decode).sort((left, right) => right.revision - left.revision);
}
