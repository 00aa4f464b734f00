import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../canary/application-name.ts";
import { configMapPath } from "../../cluster/kube/paths.ts";
import { historyName } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";
import { type HistoryEntry, overriddenText, positionOf, whoRuns } from "../history-entry.ts";
import type { Rise } from "./rise-gate.ts";

/** How many entries are kept; of about 500 bytes each, 2 kB with a verdict, and a ConfigMap holds 1 MiB. */
export const mostEntries = 200;

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

export const historyPath = ({ app, namespace }: ApplicationName): string => configMapPath(namespace, historyName(app));

/** Under which this process keeps an entry. */
export const entryKey = ({ at }: HistoryEntry): string => `${at.replaceAll(/[^0-9TZ]/g, "")}-${process.pid}`;

/**
 * Adds an entry in one write: each has a key of its own, which begins with its time, so that two commands at once do not take each
 * other's entry away, and nothing must be read before. The oldest go when there are too many.
 */
export async function writeEntry(cluster: Writer, of: ApplicationName, entry: HistoryEntry): Promise<void> {
  const written = await changeHistory(cluster, of, { data: { [entryKey(entry)]: JSON.stringify(entry) } });
  const tooOld = Object.keys(written.data ?? {})
    .toSorted()
    .slice(0, -mostEntries);
  if (tooOld.length > 0) {
    await cluster.patch(historyPath(of), { data: Object.fromEntries(tooOld.map((old) => [old, null])) });
  }
}

/** Keeps a rise that plain `pulumi up` has made while the config had the judge left out. */
export async function noteOverride(cluster: Writer, config: LabConfig, { from }: Pick<Rise, "from">): Promise<void> {
  const position = positionOf(config);
  await writeEntry(cluster, config, {
    at: new Date().toISOString(),
    who: whoRuns(),
    command: "pulumi up",
    from: { ...position, canaryWeight: String(Math.round(from)) },
    to: position,
    why: overriddenText(config.judgeOverride ?? ""),
  });
}

type Writer = Pick<ClusterClient, "apply" | "patch">;

/** One write, but for the first of all, which makes the ConfigMap. */
export async function changeHistory(cluster: Writer, of: ApplicationName, to: object, query = ""): Promise<ConfigMap> {
  const write = () => cluster.patch<ConfigMap>(historyPath(of) + query, to);
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await cluster.apply(historyPath(of), skeleton(of), "canaryctl");
    return write();
  }
}

/** Without data: applied again, it takes no entry away. */
const skeleton = ({ app, namespace }: ApplicationName) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: historyName(app), namespace, labels: { app, "app.kubernetes.io/managed-by": "canaryctl" } },
});
