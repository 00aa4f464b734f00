import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { rolledBackAnnotation } from "../../../components/names.ts";
import { type HistoryEntry, positionKeys } from "../../../stacks/history-entry.ts";
import { changeHistory, historyPath, writeEntry } from "../../../stacks/live/history.ts";
import { environmentMask } from "../mask.ts";
import { writeEvent } from "./event.ts";

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

/** The entries of an application, the newest first; empty where none was ever written. */
export async function readHistory(
  cluster: Pick<ClusterClient, "get">,
  of: ApplicationName,
): Promise<readonly HistoryEntry[]> {
  const found = await cluster.get<ConfigMap>(historyPath(of));
  return Object.entries(found?.data ?? {})
    .toSorted(([one], [other]) => (one < other ? 1 : -1))
    .flatMap(([, text]) => parsed(text));
}

/** Adds an entry, and an event that says it, with what is secret masked: whoever may read the namespace may read both. */
export async function appendHistory(cluster: Writer, of: ApplicationName, entry: HistoryEntry): Promise<void> {
  const written = withoutSecrets(entry);
  await writeEntry(cluster, of, written);
  await writeEvent(cluster, of, written);
}

/**
 * Notes that the canary's traffic is sent back, for an update that is under way: wherever it runs, it gives the canary no share after this.
 * The entry of the rollback comes at its end, which may be after that update. The mark has a manager of its own: the time of its last write,
 * which the API server keeps for each manager, is that of the rollback and of no entry.
 */
export async function noteRollback(cluster: Writer, of: ApplicationName): Promise<void> {
  const mark = `${new Date().toISOString()} ${process.pid}`;
  const to = { metadata: { annotations: { [rolledBackAnnotation]: mark } } };
  await changeHistory(cluster, of, to, "?fieldManager=canaryctl-rollback");
}

type Writer = Pick<ClusterClient, "apply" | "patch">;

function withoutSecrets({ command, why, failed, ...entry }: HistoryEntry): HistoryEntry {
  const mask = environmentMask();
  return {
    ...entry,
    command: mask.text(command),
    ...(why !== undefined && { why: mask.text(why) }),
    ...(failed !== undefined && { failed: mask.text(failed) }),
  };
}

/** An entry that somebody has edited into something else is left out. */
function parsed(text: string): readonly HistoryEntry[] {
  try {
    const entry = JSON.parse(text);
    const isEntry = hasTexts(entry, ["at", "who", "command"]) && isPosition(entry.to);
    return isEntry && (entry.from === null || isPosition(entry.from)) ? [entry] : [];
  } catch {
    return [];
  }
}

const isPosition = (value: unknown): boolean => hasTexts(value, positionKeys);

const hasTexts = (value: unknown, keys: readonly string[]): boolean =>
  keys.every((key) => typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[key] === "string");
