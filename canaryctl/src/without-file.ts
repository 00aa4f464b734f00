import { UserError } from "@canary-lab/kit/user-error";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import { recordedEnvironment } from "../../stacks/lab-records.ts";
import { deployedNamespaces, readIfPossible } from "./deployed.ts";
import { FileState } from "./engine/file-state.ts";
import { backendUrl } from "./engine/variables.ts";
import type { StackFile } from "./stack-file.ts";

/** A stack that is deployed and has lost its file: the defaults are another stack's names, other images, other numbers. */
export const noFile = ({ stack, name, path }: StackFile): UserError =>
  new UserError(
    `There is no ${name}: what stack ${stack} is like is not known, and the project's defaults are not it.`,
    {
      place: path,
      first: "take the file back from version control, or begin it anew by the command",
      next: "npx canaryctl up --create",
    },
  );

/** Why a stack's file says nothing: it is gone, or is no YAML. Undefined where it can be read. */
export function fileFault(stackFile: StackFile): UserError | undefined {
  if (!stackFile.exists()) return noFile(stackFile);
  try {
    stackFile.mustBeReadable();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/**
 * What a rollback goes by where the stack's file says nothing: the namespace that the state has, and the cluster of its last `up`. The
 * rest is noted in the cluster.
 *
 * @throws `fault` where no state tells the namespace
 */
export function configWithoutFile(
  stackFile: StackFile,
  fault: UserError,
  state: Pick<FileState, "read"> | undefined = FileState.at(backendUrl(process.env), stackFile.stack),
): LabConfig {
  const [namespace] = deployedNamespaces(readIfPossible(state), stackFile);
  if (namespace === undefined) throw fault;
  const environment = recordedEnvironment(stackFile.stack);
  const isOwnCluster = environment?.target !== "existing";
  return {
    ...parseConfig({ ...stackFile.defaults(), namespace, canaryWeight: 0 }),
    ...(environment && !isOwnCluster && { kubeContext: environment.kubeContext, kubeconfig: environment.kubeconfig }),
  };
}
