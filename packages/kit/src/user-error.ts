/**
 * The one error that a user is meant to read. Anything else that reaches the top is a defect and is shown with its stack.
 *
 * @example new UserError("The API server did not answer within 60 s.", { place: ".lab/logs/kube-apiserver.log", next: "npx canaryctl up" })
 */
export class UserError extends Error {
  /** Where it happened: a file, a config key, an address. */
  readonly place: string | undefined;
  /** What is allowed there. */
  readonly allowed: string | undefined;
  /** What to run or change next. */
  readonly next: string | undefined;

  constructor(
    cause: string,
    details: {
      readonly place?: string;
      readonly allowed?: string;
      readonly next?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(cause, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "UserError";
    this.place = details.place;
    this.allowed = details.allowed;
    this.next = details.next;
  }

  /** The error as it is printed: the cause, then a line each for place, allowed and next. */
  toText(): string {
    return `error: ${this.toPlainText()}`;
  }

  /** The same without "error:", for who puts that in front by itself, as the engine does. */
  toPlainText(): string {
    const lines = [this.message];
    if (this.place) lines.push(`  at:      ${this.place}`);
    if (this.allowed) lines.push(`  allowed: ${this.allowed}`);
    if (this.next) lines.push(`  next:    ${this.next}`);
    return lines.join("\n");
  }
}

/** Several errors as one: each with its cause, place and next step. */
export function asOneError(errors: readonly UserError[]): UserError | undefined {
  if (errors.length < 2) return errors[0];
  const list = errors.map((error) => error.toPlainText().replaceAll("\n", "\n    "));
  return new UserError(`${errors.length} things are in the way:\n  - ${list.join("\n  - ")}`);
}
