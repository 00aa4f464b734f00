import { isDeepStrictEqual } from "node:util";
import type { DiagnosticEvent, EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

export type Fields = Readonly<Record<string, unknown>>;

/** What an update would do with a resource. */
export type Operation = "create" | "update" | "replace" | "delete" | "import" | "same";

/** One resource of a preview. */
export interface Step {
  readonly urn: string;
  /** Such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** The name that the program gives it. */
  readonly name: string;
  readonly operation: Operation;
  /** Inputs; undefined where it is not there before or afterwards. */
  readonly before: Fields | undefined;
  readonly after: Fields | undefined;
  /** Paths for which it must be replaced. */
  readonly replacedFor: readonly string[];
  /** It stays in the cluster when the stack lets go of it. */
  readonly isKept: boolean;
  /** A group of other resources, and nothing by itself. */
  readonly isGroup: boolean;
}

/** All that the engine said in a preview. */
export interface PreviewEvents {
  /** The config by key, without the project's prefix; secret values are masked by the engine. Undefined where the program did not begin. */
  readonly config: Readonly<Record<string, string>> | undefined;
  /** By resource, in the order in which they come up. */
  readonly steps: readonly Step[];
  /** Errors in full, then warnings and messages of the program, each once. */
  readonly errors: readonly string[];
  readonly messages: readonly string[];
  /** Whether the engine went to the end. */
  readonly isWhole: boolean;
}

const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  delete: "delete",
  import: "import",
  same: "same",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
  "discard-replaced": "replace",
};

/** What the engine closes with after an error that it has told already. */
const isClosing = (text: string): boolean => /^(preview|update) failed$/.test(text);

/**
 * Reads the engine's events of a preview, one in each line. What is no event are the command's own words, such as an error before the
 * program began.
 *
 * @param project the prefix of the config's keys
 */
export function readPreviewEvents(lines: readonly string[], project: string): PreviewEvents {
  const steps = new Map<string, Step>();
  const errors = new Set<string>();
  const messages = new Set<string>();
  let config: PreviewEvents["config"];
  let isWhole = false;
  for (const line of lines) {
    const event = eventIn(line);
    if (!event) {
      const [, error] = /^error: (.*\S)/.exec(line) ?? [];
      if (error !== undefined) errors.add(error);
      continue;
    }
    const { preludeEvent, resourcePreEvent, diagnosticEvent, policyEvent, summaryEvent } = event;
    if (preludeEvent) config = ownConfig(preludeEvent.config, project);
    if (resourcePreEvent) addStep(steps, resourcePreEvent.metadata);
    if (diagnosticEvent) addMessage(diagnosticEvent, errors, messages);
    if (policyEvent) {
      const text = `policy ${policyEvent.policyName}: ${policyEvent.message.trim()}`;
      (policyEvent.enforcementLevel === "mandatory" ? errors : messages).add(text);
    }
    if (summaryEvent) isWhole = (summaryEvent as { readonly result?: string }).result !== "failed";
  }
  return {
    config,
    steps: [...steps.values()].map(withoutPlace),
    errors: [...errors],
    messages: [...messages],
    isWhole,
  };
}

function eventIn(line: string): EngineEvent | undefined {
  if (!line.startsWith('{"sequence":')) return undefined;
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    return undefined; // cut off by the end of the engine
  }
}

const ownConfig = (config: Readonly<Record<string, string>>, project: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), value]] : [],
    ),
  );

/** A replacement comes as several steps of one resource. */
function addStep(steps: Map<string, Step>, metadata: StepEventMetadata): void {
  const { op, urn, type, old, new: next, keys } = metadata;
  const operation = operations[op];
  if (operation === undefined) return;
  const known = steps.get(urn);
  const isReplaced = operation === "replace" || known?.operation === "replace";
  steps.set(urn, {
    urn,
    type,
    name: urn.split("::").slice(3).join("::"),
    operation: isReplaced ? "replace" : operation,
    before: operation === "create" ? known?.before : (known?.before ?? inputsOf(old)),
    after: operation === "delete" ? known?.after : (known?.after ?? inputsOf(next)),
    replacedFor: [...new Set([...(known?.replacedFor ?? []), ...(keys ?? [])])],
    isKept: known?.isKept || old?.retainOnDelete === true,
    isGroup: (next ?? old)?.custom !== true,
  });
}

/**
 * The file that a kubeconfig is in is another one on each machine, and no difference of the stack. One that leads to another cluster
 * replaces the provider.
 */
function withoutPlace(step: Step): Step {
  if (step.type !== "pulumi:providers:kubernetes" || step.operation !== "update") return step;
  const [before, after] = [step.before, step.after].map((inputs) => ({ ...inputs, kubeconfig: undefined }));
  return isDeepStrictEqual(before, after) ? { ...step, operation: "same" } : step;
}

/** The engine sends null for a state that is not there. */
const inputsOf = (state: { readonly inputs?: Fields } | null | undefined): Fields | undefined => state?.inputs;

function addMessage(
  { message, severity, ephemeral, prefix = "" }: DiagnosticEvent,
  errors: Set<string>,
  messages: Set<string>,
): void {
  const text = message.trim();
  if (text === "") return;
  if (severity === "error") {
    if (!isClosing(text)) errors.add(text);
  } else if (!ephemeral && (severity === "warning" || severity === "info")) messages.add(`${prefix}${text}`);
}
