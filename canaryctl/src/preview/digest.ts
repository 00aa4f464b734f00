import { configAnnotation, stackAnnotation } from "../../../components/workload/render-application.ts";
import { serviceIn } from "../../../stacks/application-scope.ts";
import { appliedValues, notedValues, type Pending, pendingChanges } from "../../../stacks/config/applied-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { Mask } from "../mask.ts";
import { type CostChange, costChange } from "./cost.ts";
import { isRefusal, type Missing, missingIn, type Outcome, withoutEngineWords } from "./outcome.ts";
import type { Fields, PreviewEvents, Step } from "./preview-events.ts";
import { countUnchanged, type ResourceChange, resourceChanges } from "./resources.ts";
import { type Risk, risksOf } from "./risks.ts";
import { type Traffic, trafficOf } from "./traffic.ts";

/** An object that the cluster has otherwise than the last update wrote it; the next update puts it back. */
export interface PreviewDrift {
  readonly kind: string;
  readonly id: string;
  readonly isGone: boolean;
  /** A sentence for each field. */
  readonly fields: readonly string[];
}

/** What was read of the cluster beside the engine's preview; undefined where it was not. */
export interface LiveFacts {
  /** The canary's share, in percent. */
  readonly share?: number | undefined;
  /** Requests to the application per minute. */
  readonly perMinute?: number | undefined;
  /** The images that have had a share as the canary, by the history. */
  readonly tried?: readonly string[] | undefined;
  readonly drift?: readonly PreviewDrift[] | undefined;
  /** How much of the drift is not known, and why. */
  readonly notCompared?: string | undefined;
}

/** What an update of one stack would do. No secret is in it. */
export interface PreviewDigest {
  readonly stack: string;
  readonly outcome: Outcome;
  /** What was missing, where it could not be made; else null. */
  readonly missing: Missing | null;
  /** Why it was refused, failed or not made: the errors in full. */
  readonly errors: readonly string[];
  readonly traffic: Traffic;
  /** Null where the pods ask for as much as before, and where that is not known. */
  readonly cost: CostChange | null;
  readonly risks: readonly Risk[];
  /** Config keys whose values are not the applied ones. */
  readonly config: readonly Pending[];
  readonly resources: readonly ResourceChange[];
  readonly unchanged: number;
  readonly drift: readonly PreviewDrift[];
  /** How much of the cluster was not compared with the state, and why; null where all of it was. */
  readonly notCompared: string | null;
  readonly warnings: readonly string[];
}

export interface DigestInput {
  readonly stack: string;
  readonly events: PreviewEvents;
  /** The config that is previewed; undefined where it cannot be read. */
  readonly config: LabConfig | undefined;
  readonly live?: LiveFacts;
  readonly mask: Mask;
}

/** Puts together what one preview says. */
export function digestOf({ stack, events, config, live = {}, mask }: DigestInput): PreviewDigest {
  const { steps, isWhole } = events;
  for (const { before, after } of steps) {
    mask.learn(before);
    mask.learn(after);
  }
  const errors = events.errors.map((error) => mask.text(withoutEngineWords(error)));
  const resources = resourceChanges(steps, mask);
  const drift = (live.drift ?? []).map(({ fields, ...one }) => ({
    ...one,
    fields: fields.map((text) => mask.text(text)),
  }));
  const isChanged = steps.some(({ operation }) => operation !== "same") || drift.length > 0;
  const outcome = outcomeOf(events, isChanged);
  const own = steps.filter(({ name }) => serviceIn(name) === undefined);
  const traffic = trafficOf({ steps: own, config, isWhole, live: live.share, perMinute: live.perMinute });
  const applied = appliedIn(own);
  return {
    stack,
    outcome,
    missing: outcome === "not-made" ? (missingIn(events.errors) ?? null) : null,
    errors,
    traffic,
    cost: isWhole && config ? costChange(steps, config) : null,
    risks: risksOf({ resources, traffic, drift, applied, config, tried: live.tried }),
    config: configChanges(applied, events.config, mask),
    resources,
    unchanged: countUnchanged(steps),
    drift,
    notCompared: live.notCompared === undefined ? null : mask.text(live.notCompared),
    warnings: events.messages.map((message) => mask.text(message)),
  };
}

function outcomeOf({ errors, isWhole }: PreviewEvents, isChanged: boolean): Outcome {
  if (isWhole && errors.length === 0) return isChanged ? "changes" : "no-change";
  if (missingIn(errors)) return "not-made";
  return isRefusal(errors) ? "refused" : "failed";
}

/** The config that was applied last, as the application's Namespace notes it in the stack's state. */
function appliedIn(steps: readonly Step[]): Readonly<Record<string, string>> | undefined {
  for (const { type, before } of steps) {
    if (type !== "kubernetes:core/v1:Namespace") continue;
    const { annotations = {} } = (before?.metadata ?? {}) as { readonly annotations?: Fields };
    if (annotations[stackAnnotation] !== undefined) return notedValues(annotations[configAnnotation] as string);
  }
  return undefined;
}

function configChanges(
  applied: Readonly<Record<string, string>> | undefined,
  config: PreviewEvents["config"],
  mask: Mask,
): readonly Pending[] {
  if (!applied || !config) return [];
  const masked = (values: Readonly<Record<string, string>>) => mask.value(values) as Readonly<Record<string, string>>;
  return pendingChanges(masked(applied), masked(appliedValues(config)));
}
