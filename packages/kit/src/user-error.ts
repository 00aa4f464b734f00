/**
 * The one error that a user is meant to read. Anything else that reaches the top is a defect and is shown with its stack.
 *
 * @example new UserError("The API server did not answer within 60 s.", { place: ".lab/logs/kube-apiserver.log", next: "npx canaryctl up" })
 */
export class UserError extends Error {
  /** A word for errors of this kind, under which there is more about them to read; undefined for one that says all itself. */
  readonly kind: string | undefined = undefined;
  /** Where it happened: a file, a config key, an address. */
  readonly place: string | undefined;
  /** What is allowed there. */
  readonly allowed: string | undefined;
  /** What a person does before `next`, in words: install a program, end a process. */
  readonly first: string | undefined;
  /** Commands that run as they are printed, each a line for a shell; the second and later lines are alternatives. */
  readonly next: string | undefined;

  constructor(
    cause: string,
    details: {
      readonly place?: string;
      readonly allowed?: string;
      readonly first?: string;
      readonly next?: string | readonly string[];
      readonly cause?: unknown;
    } = {},
  ) {
    super(cause, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "UserError";
    this.place = details.place;
    this.allowed = details.allowed;
    this.first = details.first;
    this.next = typeof details.next === "string" ? details.next : details.next?.join("\n");
  }

  /** The error as it is printed: the cause, then a line each for place, allowed, first and next. */
  toText(): string {
    return `error: ${this.toPlainText()}`;
  }

  /** The same without "error:", for who puts that in front by itself, as the engine does. */
  toPlainText(): string {
    const lines = [this.message];
    if (this.place) lines.push(`  at:      ${this.place}`);
    if (this.allowed) lines.push(`  allowed: ${this.allowed}`);
    if (this.first) lines.push(`  first:   ${this.first}`);
    return withNext(lines.join("\n"), ...(this.next?.split("\n") ?? []));
  }
}

/** A text with the commands that go on from there, each on a line of its own: the first is the usual one, the others are alternatives. */
export const withNext = (text: string, ...commands: readonly string[]): string =>
  [text, ...commands.map((command, index) => `  ${index === 0 ? "next:   " : "or:     "} ${command}`)].join("\n");

/** Several errors as one: each with its cause, place and next step. */
export function asOneError(errors: readonly UserError[]): UserError | undefined {
  if (errors.length < 2) return errors[0];
  const list = errors.map((error) => error.toPlainText().replaceAll("\n", "\n    "));
  return new UserError(`${errors.length} things are in the way:\n  - ${list.join("\n  - ")}`);
}
