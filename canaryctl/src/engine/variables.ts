import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { type Variables, variable } from "@canary-lab/kit/variables";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment } from "../../../cluster/target.ts";
import {
  isNamedByUser,
  printedForOther,
  printedVariable,
  registryVariable,
} from "../../../stacks/stack-environment.ts";
import { ownName } from "../../../stacks/stack-name.ts";

export const passphraseFile = (): string => inLab("passphrase");

/**
 * The user's own passphrase, where there is one (an empty one is valid), goes before the lab's. After `canaryctl env` the variable names
 * the lab's.
 */
export const hasOwnPassphrase = (user: Variables): boolean =>
  user.PULUMI_CONFIG_PASSPHRASE !== undefined ||
  (variable(user, "PULUMI_CONFIG_PASSPHRASE_FILE") ?? passphraseFile()) !== passphraseFile();

/** The lab's passphrase is made once, and outlives `down`: secrets in a stack's file may be encrypted with it. */
export function ensurePassphrase(user: Variables, file = passphraseFile()): void {
  if (hasOwnPassphrase(user) || existsSync(file)) return;
  writePrivateFile(file, `${randomBytes(32).toString("base64url")}\n`);
}

export const defaultBackendUrl = (): string => `file://${inLab("state")}`;

/** Where the state is: the user's own backend when set, a folder of the lab otherwise. */
export const backendUrl = (user: Variables): string => variable(user, "PULUMI_BACKEND_URL") ?? defaultBackendUrl();

/** Whether the state is in the lab's own folder, where nothing is kept by anybody else's rules. */
export const isOwnBackend = (user: Variables): boolean => backendUrl(user) === defaultBackendUrl();

/**
 * What the engine, its plugins and the program need in their environment, beyond what the user has in theirs: what the target cluster
 * says, where the state is, and what spares time. Pure; `canaryctl env` prints it for plain `pulumi`.
 *
 * @param reference of the stack whose environment that is; without one no program is run
 */
export function engineVariables(environment: Environment, user: Variables, reference?: string): Record<string, string> {
  const variables: Record<string, string> = {
    ...environment.variables,
    PATH: [...new Set([...environment.path, ...(user.PATH ?? "").split(delimiter)])].filter(Boolean).join(delimiter),
    CANARY_LAB_KUBECONFIG: environment.kubeconfig,
    CANARY_LAB_KUBE_CONTEXT: environment.kubeContext,
    PULUMI_BACKEND_URL: backendUrl(user),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A second copy of the whole state at each update, beside that of the history and the last one.
    ...(isOwnBackend(user) && { PULUMI_DISABLE_CHECKPOINT_BACKUPS: "true" }),
    // The engine logs every call to a file of its own; its default is to keep 500 MB of them.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "20",
    NODE_COMPILE_CACHE: variable(user, "NODE_COMPILE_CACHE") ?? inLab("compile-cache"),
    // What kubectl and helm remember of the API server; they would keep it in the user's ~/.kube.
    KUBECACHEDIR: variable(user, "KUBECACHEDIR") ?? inLab("kube-cache"),
  };
  // Without it they are the user's own, which the program follows also where another kubeconfig is noted.
  if (reference !== undefined && !isNamedByUser(user)) variables[printedVariable] = reference;
  const { chartMirror } = environment;
  // What `canaryctl env` printed for another stack is not this one's.
  const isOthers = printedForOther(ownName(reference ?? ""), user) !== undefined;
  Object.assign(variables, isOthers && { CANARY_LAB_IMAGE_REGISTRY: "" }, registryVariable(environment));
  if (chartMirror || isOthers) variables.CANARY_LAB_CHART_MIRROR = chartMirror ?? "";
  if (!hasOwnPassphrase(user)) variables.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile();
  return variables;
}
