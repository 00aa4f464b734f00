/** The errors that a command of the engine printed and did not report as events: each stands at the margin. */
export const errorsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => /^error: (.*\S)/.exec(line)?.[1] ?? [])),
];

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
