import { dirname, join } from "node:path";

/** The repository's root: every path of the lab hangs from it. */
export const repositoryRoot = dirname(import.meta.dirname);

/** The one folder that holds everything a lab leaves on the disk. */
export const labFolder = join(repositoryRoot, ".lab");

/** Path inside `.lab/`. */
export const inLab = (...parts: readonly string[]): string => join(labFolder, ...parts);

/** The folder of the Node that runs the lab: who starts the program by plain `pulumi` finds no older one first. */
export const pinnedNodeFolder = join(repositoryRoot, "node_modules/node/bin");
