import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { eventPath } from "../../../cluster/kube/paths.ts";
import type { HistoryEntry } from "../../../stacks/history-entry.ts";
import { entryKey } from "../../../stacks/live/history.ts";
import { changeText } from "./entry.ts";

/** The most that the API server takes as an event's message. */
const mostCharacters = 1024;

/** An entry as an event of the application's Service: `kubectl get events` and whoever collects events see who moved what, and why. */
export function renderEvent({ app, namespace }: ApplicationName, entry: HistoryEntry) {
  const { at, who, account, command, why, failed } = entry;
  const change = changeText(entry);
  const by = account === undefined ? who : `${who}, for the cluster ${account}`;
  const parts = [`${command}: ${change.from} -> ${change.to}, by ${by}`, why, failed && `failed: ${failed}`];
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${app}.${entryKey(entry).toLowerCase()}`, namespace },
    involvedObject: { apiVersion: "v1", kind: "Service", name: app, namespace },
    type: failed === undefined ? "Normal" : "Warning",
    reason: failed === undefined ? "Moved" : "MoveFailed",
    message: parts.filter(Boolean).join("; ").slice(0, mostCharacters),
    source: { component: "canaryctl" },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

/** Puts an entry among the namespace's events. Where the cluster does not take it, for want of a right or otherwise, the history has it. */
export async function writeEvent(
  cluster: Pick<ClusterClient, "apply">,
  of: ApplicationName,
  entry: HistoryEntry,
): Promise<void> {
  const event = renderEvent(of, entry);
  try {
    await cluster.apply(eventPath(of.namespace, event.metadata.name), event, "canaryctl");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
