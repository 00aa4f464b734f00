/** How far measured numbers may be from those on the page. A number without a bound must be the same. */
export interface Bounds {
  /** For numbers with `%`, in percentage points. */
  readonly share?: number;
  /** For all other numbers that are no part of a word. */
  readonly count?: number;
}

/** The first line at which an output is not as the page shows it. */
export interface Difference {
  /** Index of the line on the page; that after the last one where more was seen. */
  readonly at: number;
  /** The line on the page; undefined where more was seen. */
  readonly wanted: string | undefined;
  /** The line in its place; undefined where the output had ended, or where the line may stand anywhere in what is left of it. */
  readonly seen: string | undefined;
}

/** Stands for any lines alone on a line, and for any text within one. */
export const anything = "…";

/**
 * Compares an output with that on the page. Runs of spaces are one space; durations and addresses are compared by their form only.
 *
 * @returns undefined where it is as shown
 */
export function compareOutput(wanted: readonly string[], output: string, bounds: Bounds = {}): Difference | undefined {
  const seen = output.trimEnd() === "" ? [] : output.trimEnd().split("\n");
  /** How many lines of `seen` the lines of the page until here may stand for. */
  let reached = [0];
  for (const [at, line] of wanted.entries()) {
    const [least = 0] = reached;
    if (line.trim() === anything) {
      reached = Array.from({ length: seen.length - least + 1 }, (_, more) => least + more);
      continue;
    }
    const next = reached.filter((count) => count < seen.length && isLike(line, seen[count] ?? "", bounds));
    if (next.length === 0) return { at, wanted: line, seen: reached.length > 1 ? undefined : seen[least] };
    reached = next.map((count) => count + 1);
  }
  const most = reached.at(-1) ?? 0;
  return most === seen.length ? undefined : { at: wanted.length, wanted: undefined, seen: seen[most] };
}

const time = String.raw`\d+(?:\.\d+)? ?(?:ms|s|min|m|h)\b`;
const duration = String.raw`(?<![\w.])${time}(?: ${time})*`;
const address = String.raw`(?<![\w.])\d+\.\d+\.\d+\.\d+(?::\d+)?`;
const number = String.raw`(?<![\w.])\d+(?:\.\d+)?`;
const tokens = new RegExp(`(…)|(${address})|(${duration})|(${number})(?= ?%)|(${number})(?!\\w)|(\\s+)`, "g");

/** Whether a line that was seen is that of the page. */
export function isLike(wanted: string, seen: string, { share, count }: Bounds): boolean {
  const numbers: { readonly wanted: number; readonly bound: number }[] = [];
  const captured = (text: string, bound: number | undefined) => {
    if (bound === undefined) return RegExp.escape(text);
    numbers.push({ wanted: Number(text), bound });
    return String.raw`(\d+(?:\.\d+)?)`;
  };
  let pattern = "";
  let from = 0;
  const line = wanted.trim();
  for (const match of line.matchAll(tokens)) {
    const [text, any, host, , ofShare, ofCount, space] = match;
    pattern += RegExp.escape(line.slice(from, match.index));
    from = match.index + text.length;
    if (any) pattern += ".*?";
    else if (host) pattern += address;
    else if (ofShare) pattern += captured(text, share);
    else if (ofCount) pattern += captured(text, count);
    else pattern += space ? String.raw`\s+` : duration;
  }
  const found = new RegExp(`^${pattern}${RegExp.escape(line.slice(from))}$`).exec(seen.trim());
  return found !== null && numbers.every((each, at) => Math.abs(Number(found[at + 1]) - each.wanted) <= each.bound);
}
