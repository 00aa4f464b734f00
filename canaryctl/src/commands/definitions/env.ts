import type { Command } from "commander";
import { examples } from "../arguments.ts";

export function addEnv(program: Command): void {
  program
    .command("env")
    .description("print what plain `pulumi`, `kubectl` and `helm` need in the shell's environment")
    .addHelpText(
      "after",
      examples('eval "$(npx canaryctl env)"', "pulumi config set canaryWeight 30 && pulumi up", "kubectl get pods -A"),
    )
    .action(async (_options: unknown, command: Command) => (await import("../env.ts")).run(command));
}
