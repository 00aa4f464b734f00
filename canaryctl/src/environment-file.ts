import { rmSync } from "node:fs";
import { LabError } from "../../cluster/lab-error.ts";
import { inLab, readIfThere, writePrivateFile } from "../../cluster/lab-folder.ts";
import { type Environment, type WorldName, worldNames } from "../../cluster/world.ts";

const environmentFile = () => inLab("environment.json");
const worldFile = () => inLab("world");

/** Holds the identity of the cluster that the state is about. */
export const identityFile = () => inLab("cluster-identity");

export const notUp = (): LabError => new LabError("The lab is not up.", { next: "npm run up" });

/** What the world of the last `up` gave, and the stacks that were put into it and not yet removed. */
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
 * Remembers which world is being made, before anything of it is: `down` must find it even where `up` was killed. In a cluster of the
 * user's own nothing is made.
 */
export function noteWorld(world: WorldName): void {
  if (world !== "existing") writePrivateFile(worldFile(), `${world}\n`);
}

/** The world that an `up` began to make, and may not have ended. */
export function notedWorld(): WorldName | undefined {
  const noted = readIfThere(worldFile())?.trim();
  return worldNames.find((name) => name === noted);
}

export function forgetEnvironment(): void {
  for (const file of [environmentFile(), worldFile(), identityFile()]) rmSync(file, { force: true });
}
