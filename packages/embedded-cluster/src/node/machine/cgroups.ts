import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";

const cgroupRoot = "/sys/fs/cgroup";

/** The control group that holds every pod and every build of the lab, and nothing else: what is in it may be killed. */
export const cgroupName = "canary-lab";

/** Whether the machine has the unified hierarchy alone: control groups of version 2. */
const isUnified = (root: string): boolean => existsSync(join(root, "cgroup.controllers"));

/** The lab's group in each hierarchy: one folder with version 2, one per controller with version 1. */
export function cgroupFolders(root: string = cgroupRoot): string[] {
  if (isUnified(root)) return [join(root, cgroupName)];
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name, cgroupName));
}

/** Makes the lab's group; with version 2 also hands every controller down to it, as the kubelet expects of its root. */
export function makeCgroups(): void {
  for (const folder of cgroupFolders()) mkdirSync(folder, { recursive: true });
  if (!isUnified(cgroupRoot)) return;
  for (const folder of [cgroupRoot, join(cgroupRoot, cgroupName)]) handDown(folder);
}

function handDown(folder: string): void {
  const control = join(folder, "cgroup.subtree_control");
  const controllers = readFileSync(join(folder, "cgroup.controllers"), "utf8").trim().split(" ");
  try {
    for (const controller of controllers) writeFileSync(control, `+${controller}`);
  } catch (error) {
    throw new UserError(`The control-group controllers cannot be handed down: ${(error as Error).message}`, {
      place: control,
      allowed: "the machine itself, or a container whose processes are in a control group below its root",
      next: "npx canaryctl up --cluster kind, or set kubeContext in Pulumi.dev.yaml",
      cause: error,
    });
  }
}

/** A group and all groups below it, deepest first. */
function withDescendants(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...below.flatMap((entry) => withDescendants(join(folder, entry.name))), folder];
}

/** The groups of the lab that are there now, deepest first. */
export const labCgroups = (): string[] => cgroupFolders().flatMap(withDescendants);

/** Pids of everything that runs in the lab's containers. */
export function cgroupPids(): number[] {
  const pids = new Set<number>();
  for (const folder of labCgroups()) {
    for (const line of readLines(join(folder, "cgroup.procs"))) pids.add(Number(line));
  }
  return [...pids];
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch {
    return []; // the group went away meanwhile
  }
}

/** Removes the lab's groups; one that still holds a process stays. */
export function removeCgroups(): void {
  for (const folder of labCgroups()) {
    try {
      rmdirSync(folder);
    } catch {
      // still busy: `leftovers` will name it
    }
  }
}
