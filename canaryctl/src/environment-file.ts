import { rmSync } from "node:fs";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { inLab } from "../../cluster/lab-folder.ts";
import { type Environment, type TargetName, targetNames } from "../../cluster/target.ts";

const environmentFile = () => inLab("environment.json");
const targetFile = () => inLab("target");

/** Holds for each stack the identity of the cluster that its state is about. */
export const clustersFile = () => inLab("clusters.json");

export const notUp = (): UserError => new UserError("The lab is not up.", { next: "npx canaryctl up" });

/** What the target cluster of the last `up` gave, and the stacks that were put into it and not yet removed. */
export interface SavedEnvironment extends Environment {
  readonly stacks: readonly string[];
}

/** Undefined where the lab is not up. */
export function loadEnvironment(file = environmentFile()): SavedEnvironment | undefined {
  const text = readIfThere(file);
  return text === undefined ? undefined : { stacks: [], ...JSON.parse(text) };
}

export function saveEnvironment(environment: Environment, stacks: readonly string[], file = environmentFile()): void {
  writePrivateFile(file, `${JSON.stringify({ ...environment, stacks }, null, 2)}\n`);
}

/**
 * Remembers which target cluster is being made, before anything of it is: `down` must find it even where `up` was killed. In a cluster of the
 * user's own nothing is made.
 */
export function noteTarget(target: TargetName): void {
  if (target !== "existing") writePrivateFile(targetFile(), `${target}\n`);
}

/** The target cluster that an `up` began to make, and may not have ended. */
export function notedTarget(): TargetName | undefined {
  const noted = readIfThere(targetFile())?.trim();
  return targetNames.find((name) => name === noted);
}

export function forgetEnvironment(): void {
  for (const file of [environmentFile(), targetFile(), clustersFile()]) rmSync(file, { force: true });
}
