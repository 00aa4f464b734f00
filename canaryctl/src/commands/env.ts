import { quoted } from "@canary-lab/kit/programs";
import { variable } from "@canary-lab/kit/variables";
import type { Command } from "commander";
import { notUp, recordedEnvironment } from "../../../stacks/lab-records.ts";
import { environmentOf, printedVariable, searchPathVariable } from "../../../stacks/stack-environment.ts";
import { engineVariables } from "../engine/variables.ts";
import { configForRollback, mustNameStack } from "../lab.ts";
import { examples, print } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { isStackNamed, optionsOf } from "./arguments.ts";

export function addEnv(program: Command): void {
  program
    .command("env")
    .description("print what plain `pulumi`, `kubectl` and `helm` need in the shell's environment")
    .addHelpText(
      "after",
      examples('eval "$(npx canaryctl env)"', "pulumi config set canaryWeight 30 && pulumi up", "kubectl get pods -A"),
    )
    .action((_options: unknown, command: Command) => {
      const stackFile = new StackFile(optionsOf(command).stack);
      mustNameStack(optionsOf(command), stackFile);
      const { stack, reference } = stackFile;
      const environment = recordedEnvironment(stack) ?? environmentOf(stack, configForRollback(stackFile).config);
      if (!environment) throw notUp();
      const { PULUMI_BACKEND_URL: url, ...variables } = engineVariables(environment, process.env, reference);
      const searchPath = variable(process.env, printedVariable)
        ? process.env[searchPathVariable]
        : process.env.KUBECONFIG;
      print(
        exports({
          ...variables,
          // The shell has its own, in which a password may stand.
          ...(url !== undefined && url !== process.env.PULUMI_BACKEND_URL && { PULUMI_BACKEND_URL: url }),
          KUBECONFIG: environment.kubeconfig,
          [searchPathVariable]: searchPath ?? "",
          // Set, it would win over what `pulumi stack select` chooses later.
          ...(isStackNamed(command) && { PULUMI_STACK: reference }),
        }),
      );
    });
}

/** Lines for a POSIX shell; values are quoted so that nothing in them is read as shell. */
export const exports = (variables: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
