import { type Command, InvalidArgumentError, Option } from "commander";
import { roleNames, roleTasks } from "../../../../stacks/role-names.ts";
import { duration, examples, reader } from "../arguments.ts";

/** In seconds: the API server gives no token for less than 10 minutes. */
const allowed = { least: 600, most: 86_400 } as const;

const lifetime = reader((text) => {
  const seconds = duration(text);
  if (seconds >= allowed.least && seconds <= allowed.most) return seconds;
  throw new InvalidArgumentError("Allowed: from 10m to 24h.");
}, duration.meant);

export function addKubeconfig(program: Command): void {
  program
    .command("kubeconfig")
    .description("write a kubeconfig for one of the application's accounts, by a token that ends by itself")
    .addOption(
      new Option("--role <role>", roleNames.map((role) => `${role}: ${roleTasks[role]}`).join("; "))
        .choices(roleNames)
        .makeOptionMandatory(),
    )
    .addOption(new Option("--for <time>", "how long it holds, 10m..24h").argParser(lifetime).default(3600, "1h"))
    .option("--output <file>", "where it goes; by default .lab/accounts/STACK-ROLE.yaml")
    .addHelpText(
      "after",
      `
The accounts are there with accounts true in the stack's config, after an up.
${examples("canaryctl kubeconfig --role mover", "canaryctl kubeconfig --role viewer --for 8h --output viewer.yaml")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../kubeconfig.ts")).run(command));
}
