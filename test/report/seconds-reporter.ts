import { relative } from "node:path";
import { type FileTimes, renderSeconds } from "./seconds.ts";

/** The fields of jest's results that are read here. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly perfStats: { readonly runtime: number };
    readonly testResults: readonly { readonly fullName: string; readonly duration?: number | null }[];
  }[];
}

/** End-to-end tests are long and few: all of them are shown. Of the many unit tests the slowest are enough. */
const rowsOf = (files: readonly FileTimes[]): number =>
  files.some(({ file }) => file.startsWith("test/e2e/")) ? Number.POSITIVE_INFINITY : 10;

/** Prints where the time of a run went, at its end. */
export default class SecondsReporter {
  onRunComplete(_contexts: unknown, { testResults }: Results): void {
    const files = testResults.map(
      ({ testFilePath, perfStats, testResults: tests }): FileTimes => ({
        file: relative(process.cwd(), testFilePath),
        milliseconds: perfStats.runtime,
        tests: tests.map(({ fullName, duration }) => ({ name: fullName, milliseconds: duration ?? 0 })),
      }),
    );
    if (files.length > 0) process.stderr.write(`\n${renderSeconds(files, { rows: rowsOf(files) })}\n`);
  }
}
