import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";

// A folder that stands for /sys/fs/cgroup: plain files, with what the kernel does when they are written, as cgroups(7) and the kernel's
// admin-guide/cgroup-v2 describe it. What is not about control groups goes to the file system as it is.

const read = (file: string): string[] =>
  (fs.existsSync(file) ? fs.readFileSync(file, "utf8").split(/\s+/) : []).filter(Boolean);
const put = (file: string, words: readonly string[]): void => fs.writeFileSync(file, `${words.join(" ")}\n`);

const refusal = (code: string, what: string): Error => Object.assign(new Error(`${code}: ${what}`), { code });

/** Makes a root of version 2 with these controllers. One of a container has a type, and the container's processes. */
export function makeUnifiedRoot(
  root: string,
  controllers: string,
  container: { readonly pids?: readonly string[] } = {},
): void {
  put(join(root, "cgroup.controllers"), controllers.split(" "));
  put(join(root, "cgroup.subtree_control"), []);
  put(join(root, "cgroup.procs"), container.pids ?? []);
  if (container.pids) put(join(root, "cgroup.type"), ["domain"]);
}

/** Makes a root of version 1: a hierarchy for each controller. */
export function makeSplitRoot(root: string, controllers: string): void {
  for (const name of controllers.split(" ")) makeGroup(join(root, name));
}

const makeGroup = (group: string): void => {
  fs.mkdirSync(group);
  put(join(group, "cgroup.procs"), []);
  const above = dirname(group);
  if (!fs.existsSync(join(above, "cgroup.controllers"))) return; // version 1
  put(join(group, "cgroup.controllers"), read(join(above, "cgroup.subtree_control")));
  put(join(group, "cgroup.subtree_control"), []);
  put(join(group, "cgroup.type"), ["domain"]);
};

const groupsBelow = (group: string): string[] =>
  fs
    .readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(group, entry.name));

/** The functions of `node:fs` that change control groups, for those below `root()`. */
export function kernelOf(root: () => string) {
  /** As with `recursive`. */
  const mkdirSync = (path: string): void => {
    if (path === root() || fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    mkdirSync(dirname(path));
    makeGroup(path);
  };

  const rmdirSync = (path: string): void => {
    if (!fs.existsSync(path)) throw refusal("ENOENT", path);
    if (groupsBelow(path).length > 0 || read(join(path, "cgroup.procs")).length > 0) throw refusal("EBUSY", path);
    for (const file of fs.readdirSync(path)) fs.rmSync(join(path, file));
    fs.rmdirSync(path);
  };

  const writeFileSync = (file: string, text: string): void => {
    const group = dirname(file);
    if (basename(file) === "cgroup.procs") move(root(), text, file);
    else if (basename(file) === "cgroup.subtree_control") handDown(group, text);
    else fs.writeFileSync(file, text);
  };

  return { ...fs, mkdirSync, rmdirSync, writeFileSync };
}

function move(root: string, pid: string, file: string): void {
  const groups = [root, ...fs.readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(root, path))];
  const from = groups
    .map((group) => join(group, "cgroup.procs"))
    .find((procs) => fs.existsSync(procs) && read(procs).includes(pid));
  if (from === undefined) throw refusal("ESRCH", pid);
  put(
    from,
    read(from).filter((other) => other !== pid),
  );
  put(file, [...read(file), pid]);
}

function handDown(group: string, change: string): void {
  const [sign, name] = [change[0], change.slice(1)];
  const file = join(group, "cgroup.subtree_control");
  if (!read(join(group, "cgroup.controllers")).includes(name)) throw refusal("ENOENT", name);
  const isMachineRoot = !fs.existsSync(join(group, "cgroup.type"));
  if (sign === "+" && !isMachineRoot && read(join(group, "cgroup.procs")).length > 0) throw refusal("EBUSY", group);
  if (sign === "-" && groupsBelow(group).some((below) => read(join(below, "cgroup.subtree_control")).includes(name)))
    throw refusal("EBUSY", name);
  const others = read(file).filter((other) => other !== name);
  put(file, sign === "+" ? [...others, name] : others);
  for (const below of groupsBelow(group)) put(join(below, "cgroup.controllers"), read(file));
}
