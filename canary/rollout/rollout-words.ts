import type { ApplicationName } from "../application-name.ts";
import { noVerdict } from "./rollout-object.ts";
import type { AnalysisStatus, RolloutStatus } from "./rollout-status.ts";

/** Where a Rollout stands, in one line, such as `Paused at step 2 of 5 (pause 30s), 10 % on the new revision, 1 of 2 new pods ready`. */
export function rolloutLine(status: RolloutStatus): string {
  const { phase, step, steps, stepText, weight, pods, message } = status;
  // Step, weight and pods are still those of the spec before.
  if (!status.isObserved) return `${phase}, ${message}`;
  if (phase === "Healthy") return `Healthy: all requests are on the revision that was asked for, ${podsText(status)}`;
  // After an abort the controller counts from the first step again, which says nothing of where it was.
  const at =
    status.isAborted || step === undefined || stepText === undefined
      ? ""
      : ` at step ${step + 1} of ${steps} (${stepText})`;
  const parts = [
    `${status.isAborted ? "Aborted" : phase}${at}`,
    `${weight} % on the new revision`,
    ...(pods.available < pods.asked || pods.updated < pods.asked ? [podsText(status)] : []),
    ...status.analyses.map(analysisText),
    // The reason of a pause is told by what to do about it, and a fault's in full by `rolloutFault`.
    ...(phase === "Progressing" && message ? [message] : []),
  ];
  return parts.join(", ");
}

/** What is wrong with a Rollout that is Degraded: the controller's reason, and what was measured where that is known. */
export function rolloutFault(status: RolloutStatus): string {
  const measured = status.analyses
    .flatMap(({ metrics }) => metrics)
    .filter(({ phase, value }) => (phase === "Failed" || phase === "Error") && value !== undefined)
    .map(({ name, value = "" }) => `${name} was ${measuredText(value)}`);
  const reason = status.message || "the controller gives no reason";
  return measured.length > 0 ? `${reason} (last measured: ${measured.join(", ")})` : reason;
}

/** Why a Rollout stands still until somebody acts; undefined where it does not. */
export function rolloutWait(status: RolloutStatus): string | undefined {
  if (!status.isWaitingForUser) return undefined;
  if (status.pause?.reason !== noVerdict) return "it goes on when somebody promotes it";
  const open = status.analyses.find(({ phase }) => phase === "Inconclusive");
  const verdict = `its analysis came to no verdict${open?.message ? `: ${open.message}` : ""}`;
  // Before the switch no user's request comes to the new colour.
  return open?.kind === "pre-promotion" ? `${verdict}; send requests to the preview while it is repeated` : verdict;
}

const podsText = ({ pods }: RolloutStatus): string =>
  `${Math.min(pods.updated, pods.available)} of ${pods.asked} new pods ready`;

function analysisText({ kind, phase, metrics }: AnalysisStatus): string {
  const measured = metrics.flatMap(({ name, value }) => (value === undefined ? [] : `${name} ${measuredText(value)}`));
  return `${kind} analysis ${phase}${measured.length > 0 ? ` (${measured.join(", ")})` : ""}`;
}

/** What was measured, of the judge's answer its verdict with the reason. */
function measuredText(value: string): string {
  try {
    const { verdict, reason } = JSON.parse(value);
    return verdict && reason ? `${verdict}: ${String(reason).replace(/[.]$/, "")}` : value;
  } catch {
    return value; // the providers of others write what they like
  }
}

/** How an error names the Rollout that it is about. */
export const rolloutPlace = ({ app, namespace }: ApplicationName): string => `Rollout ${app} in namespace ${namespace}`;
