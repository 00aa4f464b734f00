import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { configMapPath } from "../../../cluster/kube/paths.ts";
import { historyName, rolledBackAnnotation } from "../../../components/names.ts";
import { environmentMask } from "../mask.ts";
import type { HistoryEntry } from "./entry.ts";

/** How many entries are kept; of about 500 bytes each, 2 kB with a verdict, and a ConfigMap holds 1 MiB. */
export const mostEntries = 200;

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

const pathOf = ({ app, namespace }: ApplicationName): string => configMapPath(namespace, historyName(app));

/** The entries of an application, the newest first; empty where none was ever written. */
export async function readHistory(
  cluster: Pick<ClusterClient, "get">,
  of: ApplicationName,
): Promise<readonly HistoryEntry[]> {
  const found = await cluster.get<ConfigMap>(pathOf(of));
  return Object.entries(found?.data ?? {})
    .toSorted(([one], [other]) => (one < other ? 1 : -1))
    .flatMap(([, text]) => parsed(text));
}

/**
 * Adds an entry in one write: each has a key of its own, which begins with its time, so that two commands at once do not take each
 * other's entry away, and nothing must be read before. The oldest go when there are too many.
 */
export async function appendHistory(cluster: Writer, of: ApplicationName, entry: HistoryEntry): Promise<void> {
  const key = `${entry.at.replaceAll(/[^0-9TZ]/g, "")}-${process.pid}`;
  const written = await change(cluster, of, { data: { [key]: JSON.stringify(withoutSecrets(entry)) } });
  const tooOld = Object.keys(written.data ?? {})
    .toSorted()
    .slice(0, -mostEntries);
  if (tooOld.length > 0) {
    await cluster.patch(pathOf(of), { data: Object.fromEntries(tooOld.map((old) => [old, null])) });
  }
}

/**
 * Notes that the canary's traffic is sent back, for an update that is under way: wherever it runs, it gives the canary no share after this.
 * The entry of the rollback comes at its end, which may be after that update. The mark has a manager of its own: the time of its last write,
 * which the API server keeps for each manager, is that of the rollback and of no entry.
 */
export async function noteRollback(cluster: Writer, of: ApplicationName): Promise<void> {
  const mark = `${new Date().toISOString()} ${process.pid}`;
  const to = { metadata: { annotations: { [rolledBackAnnotation]: mark } } };
  await change(cluster, of, to, "?fieldManager=canaryctl-rollback");
}

type Writer = Pick<ClusterClient, "apply" | "patch">;

/** One write, but for the first of all, which makes the ConfigMap. */
async function change(cluster: Writer, of: ApplicationName, to: object, query = ""): Promise<ConfigMap> {
  const write = () => cluster.patch<ConfigMap>(pathOf(of) + query, to);
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await cluster.apply(pathOf(of), skeleton(of), "canaryctl");
    return write();
  }
}

/** Whoever may read the namespace may read the history. */
function withoutSecrets({ command, why, failed, ...entry }: HistoryEntry): HistoryEntry {
  const mask = environmentMask();
  return {
    ...entry,
    command: mask.text(command),
    ...(why !== undefined && { why: mask.text(why) }),
    ...(failed !== undefined && { failed: mask.text(failed) }),
  };
}

/** Without data: applied again, it takes no entry away. */
const skeleton = ({ app, namespace }: ApplicationName) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: historyName(app), namespace, labels: { app, "app.kubernetes.io/managed-by": "canaryctl" } },
});

/** An entry that somebody has edited into something else is left out. */
function parsed(text: string): readonly HistoryEntry[] {
  try {
    const entry = JSON.parse(text);
    return typeof entry?.at === "string" && typeof entry.to === "object" ? [entry] : [];
  } catch {
    return [];
  }
}
