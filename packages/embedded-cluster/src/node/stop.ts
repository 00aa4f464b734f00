import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { nodeLayout } from "./layout.ts";
import { cgroupPids, removeCgroups } from "./machine/cgroups.ts";
import { deletedFolder, leftovers, mountFolders, nodeFiles } from "./machine/leftovers.ts";
import { currentMounts, unmountBelow } from "./machine/mounts.ts";
import { presentFolders, removeOutsideFiles } from "./machine/outside.ts";
import { otherLiveLab, readOwner, releaseMachine } from "./machine/owner.ts";
import { writeSysctls } from "./machine/sysctls.ts";
import { bridgeExists, removeNetwork, searchPath } from "./network/network.ts";
import { type ProcessName, processNames } from "./processes/process-spec.ts";
import { endProcesses, identify, markedProcesses } from "./supervision/proc.ts";

/**
 * Takes the node of `lab` away: processes, containers, mounts, bridge, chains, kernel settings, files. Succeeds where there is
 * nothing, and after anything was killed. A live lab in another folder is left alone.
 *
 * @param bin folder of the lab's tools; it need not be there
 * @throws UserError that lists what could not be removed
 */
export async function stopNode(lab: string, bin: string): Promise<void> {
  const machineIsFree = otherLiveLab(lab) === undefined;
  if (machineIsFree) await cleanMachine(new Set([lab, readOwner()?.lab ?? lab]), bin);
  deleteFiles(lab);
  const left = machineIsFree ? await leftovers(lab) : [];
  if (left.length === 0) return;
  throw new UserError(`Not everything of the lab could be removed:\n${left.map((line) => `    ${line}`).join("\n")}`, {
    place: lab,
    next: "npx canaryctl down (again); what stays then is in use by somebody else",
  });
}

function deleteFiles(lab: string): void {
  const mounted = mountFolders(lab).flatMap(currentMounts);
  if (mounted.length > 0) {
    // Deleting must not reach what is mounted there.
    throw new UserError(`Still mounted: ${mounted.join(", ")}`, {
      next: "end what uses it, then run: npx canaryctl down",
    });
  }
  const { state } = nodeLayout(lab);
  // Moved away first: if this run is killed, the next start finds no half of a cluster.
  if (existsSync(state)) renameSync(state, join(makePrivateFolder(deletedFolder(lab)), `node-${process.pid}`));
  for (const file of nodeFiles(lab)) rmSync(file, { recursive: true, force: true });
}

/**
 * Before a node starts: removes what a lab in another folder left on this machine when it died, so that this one finds the
 * machine as it was. Its folder is left as it is.
 */
export async function cleanAfterDeadLab(lab: string, bin: string): Promise<void> {
  const dead = readOwner()?.lab;
  if (dead !== undefined && dead !== lab) await cleanMachine(new Set([dead]), bin);
}

async function cleanMachine(labs: ReadonlySet<string>, bin: string): Promise<void> {
  await endLabProcesses(labs);
  for (const folder of [...labs].flatMap(mountFolders)) await unmountBelow(folder);
  // Chains named KUBE-* are the lab's only where a lab has been: the machine may be a Kubernetes node by itself.
  if (readOwner() || bridgeExists()) await removeNetwork(searchPath(bin));
  removeCgroups();
  const before = readOwner();
  removeOutsideFiles([...labs], before?.folders ?? presentFolders());
  writeSysctls(before?.sysctls ?? {});
  releaseMachine();
}

/** First who would start others again, then the containers, then the rest. */
async function endLabProcesses(labs: ReadonlySet<string>): Promise<void> {
  const running = () => markedProcesses().filter((process) => labs.has(process.lab));
  const starters: readonly ProcessName[] = processNames.slice(0, processNames.indexOf("containerd"));
  const isStarter = (name: string) => starters.some((starter) => starter === name);
  await endProcesses(
    running().filter(({ name }) => isStarter(name)),
    3000,
  );
  // Containers are not asked: whatever one would save at its end is deleted next. The API server has nothing to save, and
  // would wait for each of its watchers.
  const containers = cgroupPids().flatMap((pid) => identify(pid) ?? []);
  const apiServer = running().filter(({ name }) => name === "kube-apiserver");
  await endProcesses([...containers, ...apiServer], 0);
  await endProcesses(running(), 2000);
}
