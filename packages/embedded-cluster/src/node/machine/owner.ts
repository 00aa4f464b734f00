import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLock } from "@canary-lab/kit/lock";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { nodeLayout } from "../layout.ts";
import { type MarkedProcess, markedProcesses } from "../supervision/proc.ts";
import { handedDown } from "./cgroups.ts";
import { presentFolders } from "./outside.ts";
import { type Sysctls, sysctlsBefore } from "./sysctls.ts";

/**
 * Which cluster changed this machine, and what the machine was like before. The note lies outside of the cluster's home because
 * it is about the machine, and because `down` needs it where the home was deleted. A reboot undoes the changes and removes the note.
 */
export interface Owner {
  /** The home folder of the cluster that the machine was changed for. */
  readonly home: string;
  readonly sysctls: Sysctls;
  /** Folders outside the home that were there before. */
  readonly folders: readonly string[];
  /** What the root control group handed down before; absent in a note of an older version. */
  readonly controllers?: readonly string[];
}

export const ownerFile = "/run/canary-lab/owner.json";

/** Undefined where there is no note, or none that can be read. */
export function readOwner(file: string = ownerFile): Owner | undefined {
  try {
    const { home, sysctls, folders, controllers } = JSON.parse(readFileSync(file, "utf8"));
    return typeof home === "string"
      ? { home, sysctls: sysctls ?? {}, folders: folders ?? [], ...(controllers && { controllers }) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Notes that the machine is about to be changed for the cluster in `home`. What was noted first stays. */
export function takeMachine(home: string, file: string = ownerFile): void {
  const owner = readOwner(file);
  if (owner?.home === home) return;
  const before = owner ?? { sysctls: sysctlsBefore(), folders: presentFolders(), controllers: handedDown() };
  writePrivateFile(file, `${JSON.stringify({ ...before, home }, null, 2)}\n`);
}

export const releaseMachine = (): void => rmSync(dirname(ownerFile), { recursive: true, force: true });

/** The lock that `up` and `down` of every embedded cluster on this machine take, whichever folder they are for. */
export const machineLock = "/run/canary-lab.lock";

/** Runs `work`, which changes the machine, while no other `up` or `down` does. */
export const withMachine = <T>(home: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> =>
  withLock(
    machineLock,
    (holder) =>
      say(`Another run works on this machine's embedded cluster (${holder || "just ended"}): waiting for it.`),
    work,
    `process ${process.pid}, for ${home}`,
  );

const nodeIdFile = (home: string): string => join(nodeLayout(home).state, "id");

/**
 * The id of the node whose state is in `home`, or "" where there is none. Every process of a node carries the id, so it shows whether a
 * running process still has its state: `rm -rf` deletes the file, although it fails at folders that are mount points.
 */
export const readNodeId = (home: string): string =>
  /^[0-9a-f-]{36}\n$/.exec(readIfThere(nodeIdFile(home)) ?? "")?.[0].trim() ?? "";

export function ensureNodeId(home: string): string {
  const known = readNodeId(home);
  if (known !== "") return known;
  const id = randomUUID();
  writePrivateFile(nodeIdFile(home), `${id}\n`);
  return id;
}

/** The clusters that a machine shows traces of, seen from one of them. */
export interface Clusters {
  /** Another cluster that is alive: one of its own processes runs, and its state is still there. */
  readonly otherAlive: string | undefined;
  /** Homes of other clusters that are dead, or whose state was deleted under them. */
  readonly otherDead: readonly string[];
  /** Whether this cluster is alive. */
  readonly isAlive: boolean;
  /** Whether this cluster's state was deleted before it was taken off the machine. */
  readonly isLost: boolean;
}

export function lookForClusters(
  home: string,
  processes: readonly MarkedProcess[] = markedProcesses(),
  owner: Pick<Owner, "home"> | null = readOwner() ?? null,
  nodeIdIn: (home: string) => string = readNodeId,
): Clusters {
  const isLiving = (process: MarkedProcess) =>
    process.isLeader && process.nodeId !== "" && process.nodeId === nodeIdIn(process.home);
  const living = new Set(processes.filter(isLiving).map((process) => process.home));
  const seen = new Set([...processes.map((process) => process.home), ...(owner ? [owner.home] : [])]);
  const others = [...seen].filter((other) => other !== home);
  return {
    otherAlive: others.find((other) => living.has(other)),
    otherDead: others.filter((other) => !living.has(other)),
    isAlive: living.has(home),
    isLost: seen.has(home) && nodeIdIn(home) === "",
  };
}

/** The refusal where another cluster is alive on this machine; undefined where none is. */
export function otherClusterObstacle(home: string): UserError | undefined {
  const other = lookForClusters(home).otherAlive;
  return other === undefined
    ? undefined
    : new UserError("Another embedded cluster is running on this machine.", {
        place: other,
        allowed: "one per machine: it has one bridge and one set of addresses",
        next: downCommand(other),
      });
}

/** A command that takes down the cluster in `home`: that of the checkout around it, or else the one of this package. */
export function downCommand(home: string): string {
  const folder = dirname(home);
  const canDoItself =
    /"down"\s*:/.test(readIfThere(join(folder, "package.json")) ?? "") && existsSync(join(folder, "node_modules"));
  return canDoItself ? `cd ${quoted(folder)} && npm run down` : `npx embedded-cluster down --home ${quoted(home)}`;
}
