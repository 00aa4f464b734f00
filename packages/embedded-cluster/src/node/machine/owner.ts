import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { type MarkedProcess, markedProcesses } from "../supervision/proc.ts";
import { presentFolders } from "./outside.ts";
import { readSysctls, type Sysctls } from "./sysctls.ts";

/**
 * Who changed this machine, and what it was like before. It lies outside `.lab/` because it speaks of the machine: one lab
 * runs on it at a time, and a lab whose folder was deleted can still be cleaned up. A reboot undoes both, the changes and this.
 */
export interface Owner {
  /** The lab folder that the machine was changed for. */
  readonly lab: string;
  readonly sysctls: Sysctls;
  /** Folders outside the lab folder that were there before. */
  readonly folders: readonly string[];
}

export const ownerFile = "/run/canary-lab/owner.json";

export function readOwner(): Owner | undefined {
  try {
    const { lab, sysctls, folders } = JSON.parse(readFileSync(ownerFile, "utf8"));
    return typeof lab === "string" ? { lab, sysctls: sysctls ?? {}, folders: folders ?? [] } : undefined;
  } catch {
    return undefined; // there is none, or nothing that can be read
  }
}

/** Notes that the machine is about to be changed for `lab`. Repeatable: what was noted first stands. */
export function takeMachine(lab: string): void {
  const owner = readOwner();
  if (owner?.lab === lab) return;
  const before = owner ?? { sysctls: readSysctls(), folders: presentFolders() };
  writePrivateFile(ownerFile, `${JSON.stringify({ ...before, lab }, null, 2)}\n`);
}

export const releaseMachine = (): void => rmSync(dirname(ownerFile), { recursive: true, force: true });

/** The folder of another lab that is alive: one of its processes runs, and its folder is still there. */
export function otherLiveLab(
  lab: string,
  processes: readonly MarkedProcess[] = markedProcesses(),
  folderExists: (path: string) => boolean = existsSync,
): string | undefined {
  return processes.find((process) => process.lab !== lab && process.isLeader && folderExists(process.lab))?.lab;
}

/** Refuses while another lab is alive on this machine. */
export function refuseOtherLab(lab: string): void {
  const other = otherLiveLab(lab);
  if (other === undefined) return;
  throw new UserError("Another lab is already running on this machine.", {
    place: other,
    allowed: "one embedded lab per machine: it has one bridge and one set of addresses",
    next: `cd ${dirname(other)} && npm run down`,
  });
}
