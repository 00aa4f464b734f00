import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { until } from "@canary-lab/kit/until";

/**
 * A process, beyond doubt: a pid is used again, a pid together with the time of its start is not.
 * `startTicks` counts clock ticks since the machine started (field 22 of /proc/PID/stat).
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
}

/** What a process of an embedded cluster carries in its environment, and hands on to all that it starts. */
export interface ProcessMark {
  /** The home folder of its cluster. */
  readonly home: string;
  /** The id of the node that was in that folder when the process was started. */
  readonly nodeId: string;
  /** The node's process that it is, or whose descendant it is. */
  readonly name: string;
  /** Digest of what it was started with. */
  readonly digest: string;
}

/** A running process that carries the mark of an embedded cluster: of this one or of another on the same machine. */
export interface MarkedProcess extends ProcessMark, ProcessIdentity {
  /**
   * True for a process that `up` started itself: each leads a session of its own. What it starts in turn (shims, runc,
   * CNI plugins) stays in that session, also when it is orphaned.
   */
  readonly isLeader: boolean;
  readonly command: string;
}

const markVariable = "CANARY_LAB_PROCESS";

/** The environment variable that marks a process. */
export const renderMark = ({ home, nodeId, name, digest }: ProcessMark): Record<string, string> => ({
  [markVariable]: JSON.stringify([home, name, digest, nodeId]),
});

/** Reads `/proc/PID/stat`: undefined for a process that has ended, a zombie included. */
export function parseStat(stat: string): { startTicks: number; session: number } | undefined {
  // The command is in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, session, startTicks] = [fields[0], Number(fields[3]), Number(fields[19])];
  if (state === undefined || state === "Z" || state === "X" || !Number.isFinite(startTicks)) return undefined;
  return { startTicks, session };
}

/** Finds the mark in a `/proc/PID/environ`. */
export function parseMark(environ: string): ProcessMark | undefined {
  const prefix = `${markVariable}=`;
  const entry = environ.split("\0").find((variable) => variable.startsWith(prefix));
  if (entry === undefined) return undefined;
  try {
    const [home, name, digest, nodeId] = JSON.parse(entry.slice(prefix.length));
    const fields = [home, name, digest, nodeId];
    return fields.every((field) => typeof field === "string") ? { home, nodeId, name, digest } : undefined;
  } catch {
    return undefined; // a variable of the same name that is not ours
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // it has ended, or is not ours to look at
  }
}

export const allPids = (): number[] => readdirSync("/proc").map(Number).filter(Number.isInteger);

/** The command line, arguments apart by spaces; empty for a kernel thread. */
export const commandLine = (pid: number): string => readProc(pid, "cmdline").replaceAll("\0", " ").trim();

/** The mark of a running process, if it has one. */
export const markOf = (pid: number) => parseMark(readProc(pid, "environ"));

/** The identity of a running process, or undefined where there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = parseStat(readProc(pid, "stat"));
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
}

export const isAlive = (process: ProcessIdentity): boolean => identify(process.pid)?.startTicks === process.startTicks;

/**
 * The processes of every embedded cluster on this machine. The mark is in the process itself, so it is right after a kill at
 * any moment. Processes in another network (of a cluster inside a container) are left out: they do not meet ours.
 */
export function markedProcesses(): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const pid of allPids()) {
    const mark = markOf(pid);
    const stat = mark && parseStat(readProc(pid, "stat"));
    if (mark === undefined || stat === undefined || !inThisNetwork(pid)) continue;
    const { startTicks, session } = stat;
    found.push({ ...mark, pid, startTicks, isLeader: session === pid, command: commandLine(pid) });
  }
  return found;
}

/**
 * Programs that make a machine a Kubernetes node, as `/proc/PID/comm` has them. Distributions that start a kubelet of its own
 * (kubeadm, k0s, RKE2, minikube without a driver) are known by that one; these put all into one program: k3s, MicroK8s, MicroShift.
 */
const nodePrograms = ["kubelet", "kube-proxy", "k3s", "k3s-server", "k3s-agent", "kubelite", "microshift"];

export const isNodeProgram = (comm: string): boolean => nodePrograms.includes(comm);

/** A Kubernetes node's program that runs here and is no embedded cluster's: two nodes on one machine undo each other's rules. */
export function foreignNodeProgram(): { readonly pid: number; readonly command: string } | undefined {
  const pid = allPids().find(
    (candidate) => isNodeProgram(readProc(candidate, "comm").trim()) && !markOf(candidate) && inThisNetwork(candidate),
  );
  return pid === undefined ? undefined : { pid, command: commandLine(pid) };
}

/** Whether a process has the machine's network, as this one has. A kubelet inside a container (kind, k3d) has its own, and does no harm. */
function inThisNetwork(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net");
  } catch {
    return false; // it has ended
  }
}

function signal(process: ProcessIdentity, name: "SIGTERM" | "SIGKILL"): void {
  if (!isAlive(process)) return;
  try {
    globalThis.process.kill(process.pid, name);
  } catch {
    // it ended in between
  }
}

/** Waits until all have ended; says whether they have. */
async function haveEnded(processes: readonly ProcessIdentity[], milliseconds: number): Promise<boolean> {
  const haveAllEnded = () => !processes.some(isAlive);
  return (await until(haveAllEnded, { seconds: milliseconds / 1000, everyMilliseconds: 20 })) ?? false;
}

/**
 * Ends processes: SIGTERM, then SIGKILL for those that are still there after `graceMilliseconds`. A process that has taken
 * over the pid of one that ended is left alone.
 */
export async function endProcesses(processes: readonly ProcessIdentity[], graceMilliseconds: number): Promise<void> {
  if (graceMilliseconds > 0) {
    for (const process of processes) signal(process, "SIGTERM");
    if (await haveEnded(processes, graceMilliseconds)) return;
  }
  for (const process of processes) signal(process, "SIGKILL");
  await haveEnded(processes, 5000);
}
