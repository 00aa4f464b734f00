/** What the engine prints that tells the user nothing: blank lines, its heartbeat, its headings. */
const noise = [/^\s*$/, /^@ (updating|destroying|refreshing|previewing)\.*$/, /^(Updating|Destroying|Refreshing) \(/];

export const isNoise = (line: string): boolean => noise.some((pattern) => pattern.test(line));

/** An error can go on for pages; its cause stands near its beginning. */
const mostLinesOfAnError = 8;

/** The distinct errors in what the engine printed, in order: each without its prefix, with the lines that belong to it. */
export function errorsIn(lines: readonly string[]): readonly string[] {
  const errors = lines.flatMap((line, at) => {
    const [, indent = "", message] = /^(\s*)error: (.*\S)/.exec(line) ?? [];
    if (message === undefined || /^(update|preview|destroy|refresh) failed$/.test(message)) return [];
    return [[message, ...continuation(lines.slice(at + 1), indent)].join("\n    ")];
  });
  return [...new Set(errors)];
}

/** The lines that follow an error at its own depth or deeper; one at the margin stands alone. */
function continuation(following: readonly string[], indent: string): readonly string[] {
  if (indent === "") return [];
  const end = following.findIndex((line) => !line.startsWith(indent) || /^\s*(error: .*)?$/.test(line));
  return following
    .slice(0, end === -1 ? undefined : end)
    .slice(0, mostLinesOfAnError)
    .map((line) => line.trim());
}

/** Calls back once for each line of a stream of chunks; a last line without an end is not lost. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line.replace(/\r$/, ""));
  }

  end(): void {
    if (this.#rest) this.#onLine(this.#rest);
    this.#rest = "";
  }
}
