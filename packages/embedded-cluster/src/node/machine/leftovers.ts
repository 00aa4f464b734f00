import { existsSync } from "node:fs";
import { join } from "node:path";
import { nodeLayout } from "../layout.ts";
import { bridge } from "../network/addresses.ts";
import { bridgeExists, labChainsIn, savedRules, searchPath } from "../network/network.ts";
import { foreignNodeProgram, markedProcesses } from "../supervision/proc.ts";
import { labCgroups } from "./cgroups.ts";
import { currentMounts } from "./mounts.ts";
import { outsideFiles } from "./outside.ts";
import { ownerFile, readOwner } from "./owner.ts";

/** The files and folders of a node inside its home: what `down` deletes. The tools and the durations stay. */
export function nodeFiles(home: string): string[] {
  const { state, run, logs, kubeconfig } = nodeLayout(home);
  return [deletedFolder(home), state, run, logs, kubeconfig, join(home, "charts")];
}

/** Where the state of a node lies while it is being deleted. */
export const deletedFolder = (home: string): string => join(home, "deleted");

/** The folders of a node that things are mounted in. Not the home itself: that may be a mount of the user's own. */
export const mountFolders = (home: string): string[] => [nodeLayout(home).state, nodeLayout(home).run];

/** Whether there is anything of a node, of this home or any other, for `down` to look at. Quick, and needs no tools. */
export const hasNode = (home: string): boolean =>
  readOwner() !== undefined ||
  bridgeExists() ||
  [ownerFile, ...nodeFiles(home)].some((file) => existsSync(file)) ||
  markedProcesses().length > 0;

/**
 * What of any embedded cluster is on this machine: one line for each process, mount, link, chain, control group and file;
 * empty after `down`. A running cluster is listed as well, for it is what `down` would have to remove.
 */
export async function leftovers(home: string): Promise<string[]> {
  const homes = [...new Set([home, readOwner()?.home ?? home])];
  const path = searchPath(nodeLayout(home).bin);
  return [
    ...markedProcesses().map(({ pid, name, command }) => `process ${pid} (${name}): ${command.slice(0, 120)}`),
    ...homes
      .flatMap(mountFolders)
      .flatMap(currentMounts)
      .map((point) => `mount ${point}`),
    ...(bridgeExists() ? [`link ${bridge}`] : []),
    ...(await chains(path)),
    ...labCgroups().map((folder) => `control group ${folder}`),
    ...[...homes.flatMap(nodeFiles), ownerFile].filter((file) => existsSync(file)).map((file) => `file ${file}`),
    ...outsideFiles(homes).map((file) => `file ${file}`),
  ];
}

async function chains(path: string): Promise<string[]> {
  if (foreignNodeProgram()) return []; // on a Kubernetes node such chains are its own
  const families = ["iptables", "ip6tables"];
  const found = await Promise.all(families.map(async (family) => labChainsIn(await savedRules(path, family))));
  return found.flatMap((names, i) => names.map((name) => `chain ${families[i]} ${name}`));
}
