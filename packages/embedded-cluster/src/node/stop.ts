import { existsSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { Commands } from "../settings.ts";
import { nodeLayout } from "./layout.ts";
import { cgroupPids, removeCgroups } from "./machine/cgroups.ts";
import { deletedFolder, leftovers, mountFolders, nodeFiles } from "./machine/leftovers.ts";
import { currentMounts, unmountBelow } from "./machine/mounts.ts";
import { presentFolders, removeOutsideFiles } from "./machine/outside.ts";
import { lookForClusters, otherClusterObstacle, readNodeId, readOwner, releaseMachine } from "./machine/owner.ts";
import { writeSysctls } from "./machine/sysctls.ts";
import { bridgeExists, removeNetwork } from "./network/network.ts";
import { type ProcessName, processNames } from "./processes/process-spec.ts";
import { endProcesses, identify, type MarkedProcess, markedProcesses } from "./supervision/proc.ts";

/** How to take a node off the machine. */
export interface Cleaning {
  readonly home: string;
  readonly commands: Commands;
  /** A PATH that has `ip` and the iptables programs that the rules were made with. Asked for only where rules are to be removed. */
  readonly searchPath: () => Promise<string>;
  readonly say: (line: string) => void;
}

/**
 * `down`: takes the node of `home` away with all of its processes, containers, mounts, links, rules, kernel settings and files, and what
 * dead clusters left on the machine. It goes by what the machine shows, so it also finds a cluster whose home was deleted. A
 * cluster in another home that is alive is left alone. To be called under the machine's lock.
 *
 * @throws UserError that lists what could not be removed
 */
export async function stopNode(cleaning: Cleaning): Promise<void> {
  const { home, commands, say } = cleaning;
  const { otherAlive, otherDead } = lookForClusters(home);
  if (otherAlive === undefined) {
    for (const other of otherDead)
      say(`Taking down the cluster of ${other} too: it is dead, or its folder was deleted.`);
    await cleanMachine(otherDead, cleaning);
  } else {
    say(`The cluster of ${otherAlive} is running: it stays.`);
    await endNodes([home], []);
    for (const folder of mountFolders(home)) await unmountBelow(folder);
  }
  deleteFiles(home, commands);
  const left = otherAlive === undefined ? await leftovers(home) : [];
  if (left.length === 0) return;
  throw new UserError(`Not everything could be removed:\n${left.map((line) => `    ${line}`).join("\n")}`, {
    place: home,
    allowed: "what stays after another run is in use by another program",
    next: commands.down,
  });
}

/**
 * Before a node starts: removes what dead clusters left on this machine, and what is left of this one where its state was
 * deleted under it, so that the node finds the machine as it was. To be called under the machine's lock.
 *
 * @throws UserError where another cluster is alive
 */
export async function cleanBeforeStart(cleaning: Cleaning): Promise<void> {
  const { home, commands, say } = cleaning;
  const obstacle = otherClusterObstacle(home);
  if (obstacle) throw obstacle;
  const { otherDead, isAlive, isLost } = lookForClusters(home);
  if (otherDead.length === 0 && !isLost) return;
  if (isLost) say("The state of this cluster was deleted while it ran: removing the rest of it first.");
  for (const other of otherDead) say(`Removing what the cluster of ${other} left on this machine.`);
  if (isAlive) return endNodes(otherDead, []); // the network, the control groups and the note are this cluster's
  await cleanMachine(otherDead, cleaning);
  if (isLost) deleteFiles(home, commands);
}

/** Takes this cluster and the dead ones off the machine; no other one may be alive. */
async function cleanMachine(dead: readonly string[], { home, searchPath, commands }: Cleaning): Promise<void> {
  await endNodes([home, ...dead], cgroupPids());
  // A process says by itself which home it belongs to. Only the note, which root alone can write, is trusted with paths.
  const homes = [...new Set([home, readOwner()?.home ?? home])];
  for (const folder of homes.flatMap(mountFolders)) await unmountBelow(folder);
  // Chains named KUBE-* are ours only where a cluster of ours has been: the machine may be a Kubernetes node of its own.
  if (readOwner() || bridgeExists()) await removeNetwork(await searchPath());
  const before = readOwner();
  removeCgroups(before?.controllers);
  removeOutsideFiles(homes, before?.folders ?? presentFolders());
  writeSysctls(before?.sysctls ?? {});
  for (const other of homes) if (other !== home && readNodeId(other) === "") deleteFiles(other, commands);
  releaseMachine();
}

/** Ends first what would start other processes again, then the containers, then the rest. */
async function endNodes(homes: readonly string[], containers: readonly number[]): Promise<void> {
  const running = (isWanted: (process: MarkedProcess) => boolean = () => true) =>
    markedProcesses().filter((process) => homes.includes(process.home) && isWanted(process));
  const starters: readonly ProcessName[] = processNames.slice(0, processNames.indexOf("containerd"));
  await endProcesses(
    running(({ name }) => starters.some((starter) => starter === name)),
    3000,
  );
  // Containers get no time to end: what they would save is deleted next. The API server has nothing to save, and would wait
  // for each of its watchers.
  const inContainers = containers.flatMap((pid) => identify(pid) ?? []);
  await endProcesses([...inContainers, ...running(({ name }) => name === "kube-apiserver")], 0);
  await endProcesses(running(), 2000);
}

/** Deletes the files of the node in `home`; an empty home goes with them. */
function deleteFiles(home: string, commands: Commands): void {
  const mounted = mountFolders(home).flatMap(currentMounts);
  if (mounted.length > 0) {
    // Deleting must not reach what is mounted there.
    throw new UserError(`Still mounted: ${mounted.join(", ")}`, {
      first: "end what uses it",
      next: commands.down,
    });
  }
  const { state } = nodeLayout(home);
  // Moved away first: if this run is killed, the next start finds no half of a cluster.
  if (existsSync(state)) renameSync(state, join(makePrivateFolder(deletedFolder(home)), `node-${process.pid}`));
  for (const file of nodeFiles(home)) rmSync(file, { recursive: true, force: true });
  try {
    rmdirSync(home);
  } catch {
    // it holds the tools or the user's files, or was never there
  }
}
