import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  type FootprintEntry,
  type FootprintKind,
  footprint,
} from "@canary-lab/embedded-cluster/node/machine/footprint";
import { parseListeners } from "@canary-lab/embedded-cluster/node/network/listeners";
import { defaultCache } from "@canary-lab/embedded-cluster/settings";
import { inLab, repositoryRoot } from "../../../cluster/lab-folder.ts";
import { homeTrace } from "./home-trace.ts";
import { labAddresses } from "./lab-addresses.ts";

/** What a machine is like: a set of lines for each kind of thing that a cluster may change. */
export type MachineTrace = Readonly<Record<FootprintKind, readonly string[]>>;

/** Folders whose files the footprint is not about: the checkout and the cache of built tools. */
const ownFolders: readonly string[] = [repositoryRoot, defaultCache()];

const isOwn = (text: string): boolean => ownFolders.some((folder) => text.includes(folder));

/** Whether one of those folders lies in this one, so that making the one made the other. */
const leadsToOwn = (path: string): boolean => ownFolders.some((folder) => folder.startsWith(`${path}/`));

/** Notes what the machine is like before the suite's first `up`, for {@link machineBefore}. Tests are processes of their own. */
export function rememberMachine(): void {
  const file = join(tmpdir(), `canary-lab-machine-${process.pid}.json`);
  writeFileSync(file, JSON.stringify(traceMachine()), { mode: 0o600 });
  process.env.MACHINE_BEFORE = file;
}

/** Undefined where a lab stood already when the suite began. */
export const machineBefore = (): MachineTrace | undefined =>
  process.env.MACHINE_BEFORE === undefined ? undefined : JSON.parse(readFileSync(process.env.MACHINE_BEFORE, "utf8"));

/** Looks at the machine: links, addresses, routes, rules, settings, mounts, control groups, listeners, processes, files. */
export function traceMachine(): MachineTrace {
  const show = (...args: string[]) => run("ip", ["-json", ...args]);
  const json = (text: string): Record<string, unknown>[] => (text.trim() === "" ? [] : JSON.parse(text));
  const found: Record<FootprintKind, readonly string[]> = {
    link: json(show("link")).map(({ ifname }) => String(ifname)),
    address: json(show("address")).flatMap(({ ifname, addr_info }) =>
      (addr_info as { local: string; prefixlen: number }[]).map(
        ({ local, prefixlen }) => `${local}/${prefixlen} dev ${ifname}`,
      ),
    ),
    route: ["-4", "-6"].flatMap((family) =>
      json(show(family, "route", "show", "table", "all")).map(
        ({ dst, dev, gateway, table }) => `${dst} dev ${dev} via ${gateway ?? "-"} table ${table ?? "main"}`,
      ),
    ),
    chain: ["iptables", "ip6tables"].flatMap((family) => rulesIn(family, run(`${family}-save`, []))),
    sysctl: ["net", "vm", "kernel", "fs/inotify"].flatMap(settings),
    mount: lines("/proc/self/mountinfo")
      .map((line) => line.split(" ")[4] ?? "")
      .filter((point) => !isOwn(point)),
    cgroup: cgroups("/sys/fs/cgroup"),
    listener: [...tcpListeners(), ...socketListeners()].filter((text) => !isOwn(text)),
    process: clusterProcesses(),
    file: [...["/etc", "/run", "/var", "/opt"].flatMap(files), ...homeTrace()].filter(
      (file) => !isOwn(file) && !leadsToOwn(file),
    ),
    module: lines("/proc/modules").map((line) => line.split(" ")[0] ?? ""),
  };
  for (const kind of Object.keys(found) as FootprintKind[]) found[kind] = [...new Set(found[kind])].sort();
  return found;
}

/** What is in one trace and not in the other, as `kind: text` with a sign. */
export function differences(
  before: MachineTrace,
  after: MachineTrace,
): { kind: FootprintKind; text: string; sign: "+" | "-" }[] {
  return (Object.keys(before) as FootprintKind[]).flatMap((kind) => {
    const [old, now] = [new Set(before[kind]), new Set(after[kind])];
    return [
      ...after[kind].filter((text) => !old.has(text)).map((text) => ({ kind, text, sign: "+" as const })),
      ...before[kind].filter((text) => !now.has(text)).map((text) => ({ kind, text, sign: "-" as const })),
    ];
  });
}

/** The differences that no line of the footprint is about; with `onlyStaying`, no line about what stays after `down`. */
export function unlisted(
  before: MachineTrace,
  after: MachineTrace,
  {
    onlyStaying = false,
    entries = footprint(labAddresses),
  }: { onlyStaying?: boolean; entries?: readonly FootprintEntry[] } = {},
): string[] {
  const listed = entries.filter(({ stays }) => !onlyStaying || stays);
  const covered = (kind: FootprintKind, text: string) => listed.some(({ covers }) => covers[kind]?.test(text));
  const hasNewModules = after.module.some((name) => !before.module.includes(name));
  const names = new Set(before.sysctl.map(nameOf));
  return differences(before, after)
    .filter(({ kind, text }) => !covered(kind, text))
    .filter(({ kind, text }) => !(kind === "sysctl" && hasNewModules && !names.has(nameOf(text)))) // a module's own
    .map(({ kind, text, sign }) => `${sign} ${kind} ${text}`);
}

/**
 * What the footprint lists and the machine has not, as `kind: pattern`: a list that names too much hides what comes instead. Kernel modules
 * are left out, for a kernel may have them built in, and so is what ends by itself.
 */
export function unseen(now: MachineTrace, entries: readonly FootprintEntry[] = footprint(labAddresses)): string[] {
  return entries.flatMap(({ covers, ends }) =>
    ends
      ? []
      : (Object.entries(covers) as [FootprintKind, RegExp][])
          .filter(([kind, pattern]) => kind !== "module" && !now[kind].some((text) => pattern.test(text)))
          .map(([kind, { source }]) => `${kind}: ${source}`),
  );
}

const nameOf = (setting: string): string => setting.slice(0, setting.indexOf("="));

/** What a program prints. The cluster's own programs are found first; one that is nowhere has made nothing. */
function run(program: string, args: readonly string[]): string {
  const path = [inLab("bin"), process.env.PATH, "/usr/sbin", "/sbin"].join(delimiter);
  try {
    return execFileSync(program, args, { env: { PATH: path }, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch {
    return []; // not on this machine, not readable, or gone meanwhile
  }
}

/** Rules, chains and the policies that differ from the default, without counters: an empty table is as good as none. */
function rulesIn(family: string, saved: string): string[] {
  let table = "";
  return saved.split("\n").flatMap((line) => {
    if (line.startsWith("*")) table = line.slice(1);
    const [chain] = /^:\S+ \S+/.exec(line) ?? [];
    if (line.startsWith("-A") || (chain && !chain.endsWith(" ACCEPT"))) return [`${family} ${table} ${chain ?? line}`];
    return [];
  });
}

/** Settings that count, or that other programs of any machine move by themselves. */
const moving =
  /(_count|_nr|random\/|ns_last_pid|sched_domain|pty\/nr|cad_pid|stat_refresh|nf_log|tcp_fastopen_key|stable_secret|tcp_mem|udp_mem|\/somaxconn)/;

const settings = (folder: string): string[] =>
  readdirSync(join("/proc/sys", folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice("/proc/sys/".length))
    .filter((name) => !moving.test(name))
    .map((name) => `${name}=${lines(`/proc/sys/${name}`).join(" ").replace(/\s+/g, " ")}`);

/** Groups at the top of each hierarchy, and those of a cluster anywhere: below its own group another program makes and removes many. */
function cgroups(root: string): string[] {
  if (!existsSync(root)) return [];
  const top = existsSync(join(root, "cgroup.controllers")) ? 1 : 2;
  const groups = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((group) => group.split("/").length - 1 <= top || /kube|docker|canary-lab/.test(group));
  return [...groups, ...lines(join(root, "cgroup.subtree_control")).map((line) => `/cgroup.subtree_control ${line}`)];
}

const tcpListeners = (): string[] => {
  const mine = socketsOf(process.pid);
  return ["tcp", "tcp6"].flatMap((protocol) =>
    parseListeners(lines(`/proc/net/${protocol}`).join("\n"))
      .filter(({ inode }) => !mine.has(inode))
      .map(({ address, port }) => `tcp ${address}:${port}`),
  );
};

/** Unix sockets that somebody listens on: the flag of the kernel's table says so. */
const socketListeners = (): string[] =>
  lines("/proc/net/unix").flatMap((line) => {
    const [, , , flags, , , , path] = line.split(/\s+/);
    return flags === "00010000" && path ? [`unix ${path}`] : [];
  });

function socketsOf(pid: number): ReadonlySet<number> {
  const found = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return Number(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]);
    } catch {
      return Number.NaN; // closed meanwhile
    }
  });
  return new Set(found);
}

/**
 * Processes that have to do with the cluster: they are in its control group, or their command names its folders; of the latter its own
 * programs lie in those folders. Those of this run, and what other users of the machine start and end meanwhile, do not count.
 */
function clusterProcesses(): string[] {
  const status = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), Number(/^PPid:\t(\d+)/m.exec(lines(`/proc/${pid}/status`).join("\n"))?.[1] ?? 0)]),
  );
  const kin = new Set<number>();
  for (let pid: number | undefined = process.pid; pid; pid = status.get(pid)) kin.add(pid);
  const isOfThisRun = (pid: number): boolean => {
    for (let at: number | undefined = pid; at; at = status.get(at)) if (at === process.pid) return true;
    return kin.has(pid);
  };
  return [...status.keys()].flatMap((pid) => {
    const command = lines(`/proc/${pid}/cmdline`).join(" ").replaceAll("\0", " ").trim();
    const isInGroup = lines(`/proc/${pid}/cgroup`).some((line) => /[:/]canary-lab(\/|$)/.test(line));
    if (command === "" || isOfThisRun(pid) || !(isInGroup || isOwn(command))) return [];
    return [`${isInGroup ? "in its group" : isOwn(programOf(pid)) ? "its own" : "other"}: ${command}`];
  });
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return ""; // ended meanwhile
  }
}

/** Folders where the programs of any machine keep what changes by itself. */
const busy =
  /^\/(var\/(run|lock|log(?!\/(containers|pods))|cache|tmp|spool|lib\/(apt|dpkg|systemd|docker))|run\/(user|systemd|udev|log|lock))\//;

/** Paths below a folder; in /etc with their time, for there contents matter. Links are not followed. */
function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !busy.test(path))
    .map((path) => (folder === "/etc" ? `${path} ${lstatSync(path, { throwIfNoEntry: false })?.mtimeMs}` : path));
}
