import { readdirSync } from "node:fs";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { readRecords } from "../../../stacks/lab-records.ts";
import { defaultStack } from "../../../stacks/stack-name.ts";
import { FileState } from "../engine/file-state.ts";
import { backendUrl } from "../engine/variables.ts";

/** The stacks that have a file, whether it can be read or not. */
const stacksWithFile = (folder = repositoryRoot): readonly string[] =>
  readdirSync(folder)
    .flatMap((file) => /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();

/** The stacks that the state has; none where only the engine can read it. */
const stacksInState = (): readonly string[] => FileState.at(backendUrl(process.env), defaultStack)?.stacks() ?? [];

/** Every stack that a command could be about: by its file, by the state, or by an `up` that did not end. */
export const knownStacks = (): readonly string[] =>
  [...new Set([...stacksWithFile(), ...stacksInState(), ...Object.keys(readRecords().stacks)])].sort();
