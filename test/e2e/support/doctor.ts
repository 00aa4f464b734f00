import type { Finding } from "../../../canaryctl/src/doctor/finding.ts";
import type { Diagnosis } from "../../../canaryctl/src/doctor/report.ts";
import { mustRun, run } from "./command.ts";
import { canaryctlFile, labShell } from "./lab.ts";

/** `doctor --json` in a shell that has read `canaryctl env`, so that the commands are those of such a shell. */
export async function doctor(...args: readonly string[]): Promise<Diagnosis & { readonly exitCode: number }> {
  const outcome = await run(canaryctlFile, ["doctor", "--json", ...args], { env: await labShell(), quiet: true });
  return { ...JSON.parse(outcome.stdout), exitCode: outcome.exitCode };
}

/** What `doctor` says of one thing now; undefined where it says nothing of it. */
export const findingOf = async (id: string) => (await doctor()).findings.find((finding) => finding.id === id);

/** Runs the first command that a finding prints, as it is printed. @throws Error where it fails, or there is none */
export async function runMend(finding: Pick<Finding, "mend"> | undefined): Promise<void> {
  await mustRun("bash", ["-ec", finding?.mend[0] ?? "false"], { env: await labShell() });
}
