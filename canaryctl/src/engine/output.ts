/** What the engine prints that tells the user nothing: blank lines, its heartbeat, its headings. */
const noise = [/^\s*$/, /^@ (updating|destroying|refreshing|previewing)\.*$/, /^(Updating|Destroying|Refreshing) \(/];

export const isNoise = (line: string): boolean => noise.some((pattern) => pattern.test(line));

/** The distinct error messages in what the engine printed, without its prefix, in order. */
export function errorsIn(lines: readonly string[]): readonly string[] {
  const messages = lines.flatMap((line) => {
    const [, message] = /^\s*error: (.*\S)/.exec(line) ?? [];
    return message === undefined || /^(update|preview|destroy|refresh) failed$/.test(message) ? [] : [message];
  });
  return [...new Set(messages)];
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
