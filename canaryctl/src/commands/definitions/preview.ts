import type { Command } from "commander";
import { examples } from "../arguments.ts";

const exitCodes = `
With --markdown or --json it may be about several stacks, and its exit code is for CI:
  0  each preview was made, whether something changes or not
  1  an update would be refused (a guard, the config's rules, a policy), or a preview failed
  2  something changes; only with --detailed-exitcode, and 0 is then no change. A wrong command line is 2 too, with nothing printed
  3  a preview could not be made here: no cluster, no passphrase, a permission is missing, no such stack, or one
     that no \`up\` has made yet. It says nothing of the change
Secrets are masked. The text stays below 64,000 bytes, which a comment of GitHub or GitLab can hold.
`;

export function addPreview(program: Command): void {
  program
    .command("preview")
    .description("show what `up` would change in the cluster, value by value, and change nothing")
    .option("--markdown", "as a text for a pull request: traffic first, then risks, resources, and values folded away")
    .option("--json", "as JSON, with the same content")
    .option("--detailed-exitcode", "exit code 2 where something changes, with --markdown or --json")
    .addHelpText(
      "after",
      exitCodes +
        examples(
          "canaryctl preview",
          "canaryctl preview --markdown --stack dev --stack prod",
          "canaryctl preview --json --detailed-exitcode --stack prod",
        ),
    )
    .action(async (_options: unknown, command: Command) => (await import("../preview.ts")).run(command));
}
