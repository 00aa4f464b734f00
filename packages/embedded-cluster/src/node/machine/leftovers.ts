import { existsSync } from "node:fs";
import { join } from "node:path";
import { nodeLayout } from "../layout.ts";
import { addresses } from "../network/addresses.ts";
import { bridgeExists, labChainsIn, savedRules, searchPath } from "../network/network.ts";
import { foreignNodeProgram, markedProcesses } from "../supervision/proc.ts";
import { labCgroups } from "./cgroups.ts";
import { currentMounts } from "./mounts.ts";
import { outsideFiles } from "./outside.ts";
import { ownerFile, readOwner } from "./owner.ts";

/** The files and folders of a node inside its lab folder: what `down` deletes. The tools and the durations stay. */
export function nodeFiles(lab: string): string[] {
  const { state, run, logs, kubeconfig } = nodeLayout(lab);
  return [deletedFolder(lab), state, run, logs, kubeconfig, join(lab, "charts")];
}

/** Where the state of a node lies while it is being deleted. */
export const deletedFolder = (lab: string): string => join(lab, "deleted");

/** The folders of a node that things are mounted in. Never the lab folder itself: that may be a mount of the user's own. */
export const mountFolders = (lab: string): string[] => [nodeLayout(lab).state, nodeLayout(lab).run];

/**
 * What of any lab is on this machine: one line for each process, mount, link, chain, control group and file; empty after
 * `down`. A running lab is listed as well, for it is what `down` would have to remove.
 */
export async function leftovers(lab: string): Promise<string[]> {
  const labs = [...new Set([lab, readOwner()?.lab ?? lab])];
  const path = searchPath(nodeLayout(lab).bin);
  return [
    ...markedProcesses().map(({ pid, name, command }) => `process ${pid} (${name}): ${command.slice(0, 120)}`),
    ...labs
      .flatMap(mountFolders)
      .flatMap(currentMounts)
      .map((point) => `mount ${point}`),
    ...(bridgeExists() ? [`link ${addresses.bridge}`] : []),
    ...(await chains(path)),
    ...labCgroups().map((folder) => `control group ${folder}`),
    ...[...labs.flatMap(nodeFiles), ownerFile].filter(existsSync).map((file) => `file ${file}`),
    ...outsideFiles(labs).map((file) => `file ${file}`),
  ];
}

async function chains(path: string): Promise<string[]> {
  if (foreignNodeProgram()) return []; // a Kubernetes node of somebody else's: such chains are its own
  const families = ["iptables", "ip6tables"];
  const found = await Promise.all(families.map(async (family) => labChainsIn(await savedRules(path, family))));
  return found.flatMap((names, i) => names.map((name) => `chain ${families[i]} ${name}`));
}
