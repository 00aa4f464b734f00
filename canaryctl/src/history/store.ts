import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { configMapPath } from "../../../cluster/kube/paths.ts";
import { environmentMask } from "../mask.ts";
import type { HistoryEntry } from "./entry.ts";

/** How many entries are kept; of about 500 bytes each, and a ConfigMap holds 1 MiB. */
export const mostEntries = 200;

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

const nameOf = (app: string): string => `${app}-history`;
const pathOf = ({ app, namespace }: ApplicationName): string => configMapPath(namespace, nameOf(app));

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
export async function appendHistory(
  cluster: Pick<ClusterClient, "apply" | "patch">,
  of: ApplicationName,
  entry: HistoryEntry,
): Promise<void> {
  const key = `${entry.at.replaceAll(/[^0-9TZ]/g, "")}-${process.pid}`;
  const add = () => cluster.patch<ConfigMap>(pathOf(of), { data: { [key]: JSON.stringify(withoutSecrets(entry)) } });
  let written: ConfigMap;
  try {
    written = await add();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await cluster.apply(pathOf(of), skeleton(of), "canaryctl");
    written = await add();
  }
  const tooOld = Object.keys(written.data ?? {})
    .toSorted()
    .slice(0, -mostEntries);
  if (tooOld.length > 0) {
    await cluster.patch(pathOf(of), { data: Object.fromEntries(tooOld.map((old) => [old, null])) });
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
  metadata: { name: nameOf(app), namespace, labels: { app, "app.kubernetes.io/managed-by": "canaryctl" } },
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
