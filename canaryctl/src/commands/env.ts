import { delimiter } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { quoted } from "@canary-lab/kit/programs";
import type { Command } from "commander";
import { currentContext } from "../../../cluster/kubeconfig-file.ts";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment } from "../../../cluster/target.ts";
import { notUp, recordedEnvironment } from "../../../stacks/lab-records.ts";
import {
  environmentOf,
  printedVariable,
  searchPathVariable,
  usersKubeconfig,
} from "../../../stacks/stack-environment.ts";
import { engineVariables } from "../engine/variables.ts";
import { configForRollback, mustNameFile } from "../lab.ts";
import { print } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { isStackNamed, optionsOf } from "./arguments.ts";

export function run(command: Command): void {
  const stackFile = new StackFile(optionsOf(command).stack);
  mustNameFile(optionsOf(command), stackFile);
  const { stack, reference } = stackFile;
  const environment = recordedEnvironment(stack) ?? environmentOf(stack, configForRollback(stackFile).config);
  if (!environment) throw notUp();
  const { PULUMI_BACKEND_URL: url, ...variables } = engineVariables(environment, process.env, reference);
  print(
    exports({
      ...variables,
      [printedVariable]: reference,
      // The shell has its own, in which a password may stand.
      ...(url !== undefined && url !== process.env.PULUMI_BACKEND_URL && { PULUMI_BACKEND_URL: url }),
      KUBECONFIG: kubectlPath(environment, stack),
      [searchPathVariable]: usersKubeconfig(process.env) ?? "",
      // Set, it would win over what `pulumi stack select` chooses later.
      ...(isStackNamed(command) && { PULUMI_STACK: reference }),
    }),
  );
}

/**
 * KUBECONFIG by which plain `kubectl` and `helm` take the stack's context. Where another one is current in the file, a file in front of it says
 * which, and nothing else: kubectl puts the two together, and the user's own stays as it is.
 */
function kubectlPath({ kubeconfig, kubeContext }: Environment, stack: string): string {
  if (currentContext(kubeconfig) === kubeContext) return kubeconfig;
  const file = inLab("contexts", `${stack}.yaml`);
  const choice = { apiVersion: "v1", kind: "Config", "current-context": kubeContext };
  writePrivateFile(file, `${JSON.stringify(choice, null, 2)}\n`);
  return [file, kubeconfig].join(delimiter);
}

/** Lines for a POSIX shell; values are quoted so that nothing in them is read as shell. */
export const exports = (variables: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
