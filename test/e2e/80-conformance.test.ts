import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { knownDifferences } from "@canary-lab/pulumi-plugins/kubernetes/conformance/known-differences";
import { beforeAll, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { type Outcome, run } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { labShell, requireLab } from "./support/lab.ts";

const recorded = join(dirname(repositoryRoot), "shared", "conformance", "cases");
const cases = existsSync(recorded) ? readdirSync(recorded).map((file) => file.replace(/\.json$/, "")) : [];

if (cases.length === 0) {
  const why = `no recorded cases beside this checkout (${recorded}): the Kubernetes plugin's stand-in is not compared`;
  process.stderr.write(`\n!!! SKIPPED: ${why}\n\n`); // a summary only counts what was skipped
  test.skip(why, () => {});
} else {
  // The stand-in of the Kubernetes plugin does what was recorded of the real one.
  describePart("conformance", () => {
    let outcome: Outcome;

    beforeAll(async () => {
      await requireLab();
      const command = join(repositoryRoot, "packages/pulumi-plugins/src/kubernetes/conformance/main.ts");
      outcome = await run("node", [command], { env: await labShell(), timeoutSeconds: 1500 });
    }, 1_600_000);

    test.each(cases)("%s", (id) => {
      const line =
        outcome.stdout.split("\n").findLast((text) => new RegExp(`^(agree|differ)\\s+${id}$`).test(text)) ??
        "not replayed";
      // A difference that is known has its reason in the list; some of them depend on what else runs in the cluster.
      expect(id in knownDifferences ? ["agree", "differ"] : ["agree"]).toContain(line.split(/\s/)[0]);
    });

    test("and the command that replays it all is content", () => {
      expect(outcome.exitCode).toBe(0);
    });
  });
}
