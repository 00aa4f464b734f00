import { relative } from "node:path";
import { testFileOf } from "./parts.ts";
import { type Digests, readProved, writeProved } from "./proved.ts";

/** The fields of jest's results that are read here. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly numFailingTests: number;
    readonly numPassingTests: number;
    readonly numPendingTests: number;
    readonly testExecError?: unknown;
  }[];
}

/** The digests of those parts whose files ran whole and passed. */
export function provedBy({ testResults }: Results, root: string, digests: Digests): Digests {
  const passed = testResults
    .filter(
      (each) =>
        each.numPassingTests > 0 && each.numFailingTests === 0 && each.numPendingTests === 0 && !each.testExecError,
    )
    .map(({ testFilePath }) => relative(root, testFilePath));
  return Object.fromEntries(Object.entries(digests).filter(([part]) => passed.includes(testFileOf(part))));
}

/** Without those of parts that there are no more. */
export const ofParts = (digests: Digests, parts: Digests): Digests =>
  Object.fromEntries(Object.entries(digests).filter(([part]) => part in parts));

/** Notes in `proved.json` what a run has proved. The digests are those of its start: what was edited meanwhile was not tested. */
export default class ProvedReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    const digests: Digests = JSON.parse(process.env.PART_DIGESTS ?? "{}");
    const proved = provedBy(results, process.cwd(), digests);
    const before = readProved();
    if (Object.entries(proved).some(([name, digest]) => before[name] !== digest))
      writeProved(ofParts({ ...before, ...proved }, digests));
  }
}
