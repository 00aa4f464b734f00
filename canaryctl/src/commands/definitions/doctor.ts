import { type Command, Option } from "commander";
import { severities } from "../../doctor/finding.ts";
import { examples } from "../arguments.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("look for everything that is known to go wrong, and say what mends it")
    .option("--json", "print JSON")
    .option(
      "--fix",
      "mend what is safe to mend: labels, dead locks, what is missing, pods that were refused or lack a sidecar",
    )
    .addOption(new Option("--show <severity>", "the least severity that is shown").choices(severities).default("info"))
    .addOption(
      new Option("--fail-on <severity>", "the least severity that makes the exit code 1, shown or not")
        .choices([...severities, "never"])
        .default("error"),
    )
    .option("--ignore <id...>", "leave out a finding by its id, or all of a check by what stands before the slash")
    .addHelpText(
      "after",
      `
The exit code is 1 where a finding is at least as severe as --fail-on says, and does not depend on --json, --show or the terminal.
${examples("canaryctl doctor", "canaryctl doctor --fix", "canaryctl doctor --json --fail-on warning", "canaryctl doctor --ignore autoscaler/versioned-echo-v1")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../doctor.ts")).run(command));
}
