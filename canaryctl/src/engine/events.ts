import type { DiagnosticEvent, EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

/** Where an update shows what it does. */
export interface UpdateView {
  /** Gets what stays: changes that have ended, messages, the count at the end. */
  say(line: string): void;
  /** Gets what goes on at the moment. */
  note?(detail: string): void;
}

/** The steps of a resource that are shown, each with the engine's sign for it. The others change nothing. */
const steps: Readonly<Record<string, readonly [sign: string, doing: string, done: string]>> = {
  create: ["+", "creating", "created"],
  update: ["~", "updating", "updated"],
  delete: ["-", "deleting", "deleted"],
  "create-replacement": ["++", "creating replacement", "created replacement"],
  "delete-replaced": ["--", "deleting original", "deleted original"],
  import: ["=", "importing", "imported"],
};

/** How many resources are named when they have been changed; a new lab has dozens, and they are counted at the end. */
const mostResources = 10;

/** An error can go on for pages; its cause stands near its beginning. */
const mostLinesOfAnError = 20;

/**
 * The engine's own events (`pulumi … --json`, one in each line) as an update goes on: changes and messages are shown as they come, errors
 * are kept.
 */
export class UpdateEvents {
  readonly #view: UpdateView;
  readonly #errors = new Set<string>();
  readonly #started = new Map<string, number>();
  #ended = 0;

  constructor(view: UpdateView) {
    this.#view = view;
  }

  /** The distinct errors so far, in order. */
  get errors(): readonly string[] {
    return [...this.#errors];
  }

  /** @returns whether the line was an event; what is not is the command's own words */
  read(line: string): boolean {
    if (!line.startsWith('{"sequence":')) return false;
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = JSON.parse(
      line,
    ) as EngineEvent;
    if (resourcePreEvent) this.#begin(resourcePreEvent.metadata);
    if (resOutputsEvent) this.#end(resOutputsEvent.metadata);
    if (resOpFailedEvent) this.#end(resOpFailedEvent.metadata, true);
    if (diagnosticEvent) this.#message(diagnosticEvent);
    if (summaryEvent) this.#summary(summaryEvent.resourceChanges);
    return true;
  }

  #begin({ op, urn }: StepEventMetadata): void {
    if (!steps[op]) return;
    this.#started.set(`${op} ${urn}`, performance.now());
    this.#note(`${nameOf(urn)} ${steps[op][1]}`);
  }

  #end({ op, urn }: StepEventMetadata, isFailed = false): void {
    const [sign, doing, done] = steps[op] ?? [];
    const startedAt = this.#started.get(`${op} ${urn}`);
    this.#started.delete(`${op} ${urn}`);
    if (sign === undefined) return;
    const seconds = Math.round((performance.now() - (startedAt ?? performance.now())) / 100) / 10;
    if (isFailed) this.#view.say(` ${sign} ${nameOf(urn)} ${doing} failed (${seconds}s)`);
    else if (++this.#ended <= mostResources) this.#view.say(` ${sign} ${nameOf(urn)} ${done} (${seconds}s)`);
    const [next] = this.#started.keys();
    if (next !== undefined) this.#note(`${nameOf(next)} ${steps[next.split(" ", 1)[0] ?? ""]?.[1]}`);
  }

  #message({ urn, severity, ephemeral, prefix = "", message }: DiagnosticEvent): void {
    const text = message.trim();
    const about = urn ? `${nameOf(urn)} ` : "";
    if (severity === "error") {
      // The engine closes with this one, which says nothing that its others do not.
      if (!/^(update|destroy|refresh) failed$/.test(text)) this.#errors.add(beginning(text));
    } else if (ephemeral) this.#note(`${about}${text}`);
    else if (shown.includes(severity) && text !== "")
      for (const [index, line] of text.split("\n").entries())
        this.#view.say(index === 0 ? `${about}${prefix}${line}` : line);
  }

  #summary(changes: Readonly<Record<string, number | undefined>>): void {
    if (this.#ended > mostResources) this.#view.say("…");
    const counts = Object.entries(changes).map(
      ([op, count]) => `${count} ${op === "same" ? "unchanged" : (steps[op]?.[2] ?? op)}`,
    );
    if (counts.length > 0) this.#view.say(`Resources: ${counts.join(", ")}`);
  }

  #note(detail: string): void {
    this.#view.note?.(`${this.#ended > 0 ? `${this.#ended} resources done, ` : ""}${detail}`);
  }
}

/** Debug messages are among the events, too. */
const shown: readonly string[] = ["info", "info#err", "warning"] satisfies DiagnosticEvent["severity"][];

/** `urn:pulumi:dev::canary-lab::parent$kubernetes:core/v1:Service::echo` is `kubernetes:core/v1:Service echo`. */
function nameOf(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return `${types.split("$").at(-1)} ${name.join("::")}`;
}

/** An error's first lines, up to one that is blank. */
function beginning(text: string): string {
  const lines = text.split("\n");
  const blank = lines.findIndex((line) => line.trim() === "");
  return lines
    .slice(0, Math.min(blank === -1 ? lines.length : blank, mostLinesOfAnError))
    .map((line) => line.trimEnd())
    .join("\n  ");
}
