import { relative } from "node:path";
import { testFileOf } from "./parts.ts";
import { type Digests, type Proofs, readProved, writeProved } from "./proved.ts";

/** The fields of jest's results that are read here. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly numFailingTests: number;
    readonly numPassingTests: number;
    readonly numPendingTests: number;
    readonly testExecError?: unknown;
    readonly perfStats: { readonly runtime: number };
  }[];
}

/**
 * What is proved of those parts whose files ran whole and passed.
 *
 * @param day as 2026-01-31
 */
export function provedBy({ testResults }: Results, root: string, digests: Digests, day: string): Proofs {
  const passed = testResults
    .filter(
      (each) =>
        each.numPassingTests > 0 && each.numFailingTests === 0 && each.numPendingTests === 0 && !each.testExecError,
    )
    .map(({ testFilePath, perfStats }) => ({
      file: relative(root, testFilePath),
      seconds: Math.ceil(perfStats.runtime / 1000),
    }));
  return Object.fromEntries(
    Object.entries(digests).flatMap(([part, digest]) =>
      passed.filter(({ file }) => file === testFileOf(part)).map(({ seconds }) => [part, { digest, day, seconds }]),
    ),
  );
}

/** Without those of parts that there are no more. */
export const ofParts = (proofs: Proofs, parts: Digests): Proofs =>
  Object.fromEntries(Object.entries(proofs).filter(([part]) => part in parts));

/** Notes in `proved.json` what a run has proved. The digests are those of its start: what was edited meanwhile was not tested. */
export default class ProvedReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    const digests: Digests = JSON.parse(process.env.PART_DIGESTS ?? "{}");
    const proved = provedBy(results, process.cwd(), digests, new Date().toISOString().slice(0, 10));
    const before = readProved();
    if (Object.entries(proved).some(([name, { digest }]) => before[name]?.digest !== digest))
      writeProved(ofParts({ ...before, ...proved }, digests));
  }
}
