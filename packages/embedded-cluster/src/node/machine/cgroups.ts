import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";

const cgroupRoot = "/sys/fs/cgroup";

/** The control group that holds every pod and every build of the cluster, and nothing else: what is in it may be killed. */
export const cgroupName = "canary-lab";

/**
 * The control group for the processes that were in the root. Version 2 hands controllers down only from a group without processes
 * of its own, and the root group of a container has some: they move here until `down`.
 */
export const formerRootName = "canary-lab-init";

/** The controllers that the kubelet asks for, and those of them that it does not work without. */
const wanted = ["cpu", "cpuset", "memory", "hugetlb", "pids"];
const required = ["cpu", "memory", "pids"];

/** Whether the machine has the unified hierarchy alone: control groups of version 2. */
const isUnified = (root: string): boolean => existsSync(join(root, "cgroup.controllers"));

const words = (file: string): string[] => readIfPossible(file).split(/\s+/).filter(Boolean);

function readIfPossible(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // the group went away meanwhile, or its kind has no such file
  }
}

/** The cluster's group in each hierarchy: one folder with version 2, one per controller with version 1. */
export function cgroupFolders(root: string = cgroupRoot): string[] {
  if (isUnified(root)) return [join(root, cgroupName)];
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name, cgroupName));
}

/** The controllers that the root group hands down; none with version 1, which has no such thing. */
export const handedDown = (root: string = cgroupRoot): readonly string[] => words(join(root, "cgroup.subtree_control"));

/** The refusal where the control groups of this machine cannot hold a node; undefined where they can. */
export function cgroupObstacle(root: string = cgroupRoot): UserError | undefined {
  if (!isUnified(root)) return undefined; // each controller has a hierarchy of its own, and the kubelet says what it lacks
  const type = words(join(root, "cgroup.type")).join(" ");
  if (type !== "" && type !== "domain") {
    return new UserError(`The control group of this container is of type "${type}": it cannot limit memory.`, {
      place: join(root, "cgroup.type"),
      allowed: "domain",
      first: "start the container in a control group of its own, without threaded groups beside it",
    });
  }
  const available = words(join(root, "cgroup.controllers"));
  const missing = required.filter((controller) => !available.includes(controller));
  if (missing.length === 0) return undefined;
  return new UserError(`Control-group controllers are missing: ${missing.join(", ")}.`, {
    place: join(root, "cgroup.controllers"),
    allowed: `at least ${required.join(", ")}`,
    first:
      "enable them: on the kernel's command line (such as cgroup_enable=memory), or where this container is started",
  });
}

/**
 * Makes the cluster's group. With version 2 it also hands down to it the controllers that the kubelet wants in its root.
 *
 * @throws UserError where that cannot be done
 */
export function makeCgroups(root: string = cgroupRoot): void {
  const obstacle = cgroupObstacle(root);
  if (obstacle) throw obstacle;
  try {
    for (const folder of cgroupFolders(root)) mkdirSync(folder, { recursive: true });
    if (!isUnified(root)) return;
    const available = words(join(root, "cgroup.controllers"));
    const controllers = wanted.filter((controller) => available.includes(controller));
    for (const group of [root, join(root, cgroupName)]) handDown(group, controllers);
  } catch (error) {
    throw new UserError(`The control groups cannot be set up: ${(error as Error).message}`, {
      place: root,
      allowed: "control groups that can be written, with all processes of the root group in this container",
      first: "start the container with its own, writable control groups (docker run --privileged --cgroupns=private)",
      cause: error,
    });
  }
}

/** Makes a group hand controllers down to its children; processes of its own are moved out of its way. */
function handDown(group: string, controllers: readonly string[]): void {
  // First: with a process in it the group would take `cpu`, become a threaded one by that, and then refuse `memory`.
  // The root of the machine, which has no type, may hold processes.
  if (existsSync(join(group, "cgroup.type"))) moveProcesses(group, join(group, formerRootName));
  const file = join(group, "cgroup.subtree_control");
  for (const controller of controllers.filter((name) => !words(file).includes(name))) {
    writeFileSync(file, `+${controller}`);
  }
}

/** Moves every process; in several rounds, for a process may start another one while it is moved. */
function moveProcesses(from: string, to: string): void {
  for (let round = 0; round < 20; round++) {
    const pids = words(join(from, "cgroup.procs"));
    if (pids.length === 0) return;
    mkdirSync(to, { recursive: true });
    for (const pid of pids) {
      try {
        writeFileSync(join(to, "cgroup.procs"), pid);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended
      }
    }
  }
}

/** A group and all groups below it, deepest first. */
function withDescendants(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...below.flatMap((entry) => withDescendants(join(folder, entry.name))), folder];
}

/** The groups that `up` made and that are there now, deepest first. */
export const labCgroups = (root: string = cgroupRoot): string[] => [
  ...cgroupFolders(root).flatMap(withDescendants),
  ...withDescendants(join(root, formerRootName)),
];

/** Pids of everything that runs in the cluster's containers. */
export const cgroupPids = (root: string = cgroupRoot): number[] => [
  ...new Set(
    cgroupFolders(root)
      .flatMap(withDescendants)
      .flatMap((folder) => words(join(folder, "cgroup.procs")).map(Number)),
  ),
];

/**
 * Undoes {@link makeCgroups}, and what containers had the root group hand down: removes the cluster's groups, and lets the root hand
 * down what it did `before`. What is busy stays: a group is then named by `leftovers`, and a controller has another user.
 *
 * @param before what {@link handedDown} said before; undefined where nobody knows
 */
export function removeCgroups(before: readonly string[] | undefined, root: string = cgroupRoot): void {
  for (const folder of cgroupFolders(root).flatMap(withDescendants)) unlessBusy(() => rmdirSync(folder));
  for (const controller of handedDown(root)) {
    if (before === undefined || before.includes(controller)) continue;
    unlessBusy(() => writeFileSync(join(root, "cgroup.subtree_control"), `-${controller}`));
  }
  const formerRoot = join(root, formerRootName);
  if (!existsSync(formerRoot)) return;
  unlessBusy(() => moveProcesses(formerRoot, root));
  unlessBusy(() => rmdirSync(formerRoot));
}

function unlessBusy(change: () => void): void {
  try {
    change();
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["EBUSY", "ENOTEMPTY", "ENOENT"].includes(code)) throw error;
  }
}
