import { join } from "node:path";
import { knownDifferences } from "@canary-lab/pulumi-plugins/kubernetes/conformance/known-differences";
import { caseIds } from "@canary-lab/pulumi-plugins/kubernetes/conformance/recording";
import { beforeAll, expect, test } from "@jest/globals";
import { labFolder, repositoryRoot } from "../../cluster/lab-folder.ts";
import { type Outcome, run } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { labShell, requireLab } from "./support/lab.ts";

// The substitute of the Kubernetes plugin does what was recorded of the real one.
describePart("conformance", () => {
  let outcome: Outcome;

  beforeAll(async () => {
    await requireLab();
    const command = join(repositoryRoot, "packages/pulumi-plugins/src/kubernetes/conformance/main.ts");
    outcome = await run("node", [command, labFolder], { env: await labShell(), timeoutSeconds: 1500 });
  }, 1_600_000);

  test.each(caseIds())("%s", (id) => {
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
