/** What a run took, as jest tells it: milliseconds. */
export interface FileTimes {
  readonly file: string;
  /** The whole file, with what runs before and after its tests. */
  readonly milliseconds: number;
  readonly tests: readonly { readonly name: string; readonly milliseconds: number }[];
}

interface TableOptions {
  /** Most rows of each table; the rest is in the sums. */
  readonly rows: number;
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1).padStart(8);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * Two tables, slowest first: the files, with the part that is not inside a test (the hooks and the loading), and the tests. The last row
 * of each is the sum over all of them, those that are not shown too.
 */
export function renderSeconds(files: readonly FileTimes[], { rows }: TableOptions): string {
  const inTests = ({ tests }: FileTimes) => sum(tests.map(({ milliseconds }) => milliseconds));
  const slowestFiles = [...files].sort((a, b) => b.milliseconds - a.milliseconds);
  const tests = files
    .flatMap(({ file, tests }) => tests.map((test) => ({ ...test, file })))
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const more = (all: number) => (all > rows ? [`         … and ${all - rows} more`] : []);
  return [
    "Seconds of each file, and of them outside of its tests:",
    ...slowestFiles
      .slice(0, rows)
      .map((each) => `${seconds(each.milliseconds)} ${seconds(each.milliseconds - inTests(each))}  ${each.file}`),
    ...more(files.length),
    `${seconds(sum(files.map(({ milliseconds }) => milliseconds)))} ${seconds(sum(files.map((each) => each.milliseconds - inTests(each))))}  all ${files.length} files`,
    "",
    "Seconds of each test:",
    ...tests.slice(0, rows).map(({ file, name, milliseconds }) => `${seconds(milliseconds)}  ${file} › ${name}`),
    ...more(tests.length),
    `${seconds(sum(tests.map(({ milliseconds }) => milliseconds)))}  all ${tests.length} tests`,
    "",
  ].join("\n");
}
