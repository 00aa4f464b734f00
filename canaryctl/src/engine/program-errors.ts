import { UserError } from "@canary-lab/kit/user-error";

/** The program itself said why not, and what to do: at what it had done until then is for the caller to look. */
export class RefusedError extends UserError {
  override readonly kind = "refused";
}

/** What the engine puts in front of an error that a hook throws. It prints the same error without that, where a resource has it too. */
const ofHook = /^(?:before|after) hook "[^"]*" failed: /;

/** A line of a `UserError` as it is printed. */
const field = /^\s+(at|allowed|first|next|or):\s+(\S.*)$/;

/** An error of an update, taken apart where the program wrote it. */
interface Told {
  readonly cause: string;
  readonly fields: Readonly<Partial<Record<"at" | "allowed" | "first", string>>>;
  readonly next: readonly string[];
}

function read(error: string): Told {
  const lines = error.replace(ofHook, "").split("\n");
  const fields: Record<string, string> = {};
  const next: string[] = [];
  const cause = lines.filter((line) => {
    const [, name, value] = field.exec(line) ?? [];
    if (name === undefined || value === undefined) return true;
    if (name === "next" || name === "or") next.push(value);
    else fields[name] = value;
    return false;
  });
  return { cause: cause.join("\n"), fields, next };
}

/** The failure of an engine's command by its errors. One of the program's own is told once, with its place and its ways out. */
export function failureOf(command: string, errors: readonly string[]): UserError {
  const all = errors.map(read);
  const told = all.filter(({ cause }, index) => all.findIndex((other) => other.cause === cause) === index);
  const [one] = told;
  const { at, allowed, first } = (told.length === 1 && one?.fields) || {};
  const next = [...new Set(told.flatMap((each) => each.next))];
  const cause = told.map((each) =>
    told.length > 1 && each.fields.at ? `${each.cause} (${each.fields.at})` : each.cause,
  );
  const toMend = first ?? (next.length === 0 ? "mend the cause" : undefined);
  const isTold = told.length > 0 && told.every((each) => each.next.length > 0);
  return new (isTold ? RefusedError : UserError)(`pulumi ${command} failed: ${cause.join("\n  ")}`, {
    ...(at !== undefined && { place: at }),
    ...(allowed !== undefined && { allowed }),
    ...(toMend !== undefined && { first: toMend }),
    next: next.length > 0 ? next : "npx canaryctl up",
  });
}
