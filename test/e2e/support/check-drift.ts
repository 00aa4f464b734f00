import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Runner, scriptOf } from "./runner.ts";

/**
 * Runs the step of the nightly workflow that compares the clusters with `main`, with a `gh` that notes what it is asked for.
 *
 * @param openIssue the number of the issue that is open already
 * @returns the calls of `gh`, and what the step shows as its summary
 */
export async function checkDrift(
  { folder, script }: Runner,
  openIssue?: number,
): Promise<{ readonly calls: readonly string[]; readonly text: string }> {
  const bin = join(folder, ".gh");
  const [calls, summary] = [join(bin, "calls"), join(bin, "summary")];
  mkdirSync(bin);
  const gh = `#!/bin/bash\necho "$*" >>${calls}\nif [ "$2" = list ]; then echo "${openIssue ?? ""}"; fi\n`;
  writeFileSync(join(bin, "gh"), gh, { mode: 0o700 });
  const step = scriptOf(".github/workflows/drift.yml", "canaryctl preview");
  const variables = { GITHUB_STEP_SUMMARY: summary, TITLE: "The cluster is not as main says" };
  const { exitCode, output } = await script(`PATH=${bin}:$PATH\n${step}`, variables);
  if (exitCode !== 0) throw new Error(`The check ended with ${exitCode}:\n${output}`);
  return { calls: readFileSync(calls, "utf8").trim().split("\n"), text: readFileSync(summary, "utf8") };
}
