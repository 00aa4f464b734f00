import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

// Kubernetes and containerd write a few files at places that no setting moves.

/** Sockets of containerd's shims. */
const shimSockets = "/run/containerd/s";
/** What the CNI library remembers of each pod's network. */
const cniResults = "/var/lib/cni/results";
/** Where the kubelet serves device plugins. */
const devicePlugins = "/var/lib/kubelet/device-plugins";
/** Where the kubelet keeps links to the logs of containers. */
const containerLogs = "/var/log/containers";

/** Where dockerd looks for plugins. */
const dockerPlugins = "/run/docker/plugins";

/** The folders of those files. */
export const outsideFolders = [shimSockets, cniResults, devicePlugins, containerLogs, dockerPlugins] as const;

/** They and the folders made for them, deepest first. */
const madeFolders: readonly string[] = outsideFolders.flatMap((folder) =>
  folder === containerLogs ? [folder] : [folder, dirname(folder)],
);

/** Those of the folders that are there now: asked before a lab starts, so that they stay after it. */
export const presentFolders = (): string[] => madeFolders.filter((folder) => existsSync(folder));

/** A file of the lab's networks, by its name. */
export const isLabResult = (name: string): boolean =>
  name.startsWith("canary-lab-") || name.startsWith("cni-loopback-");

/** Paths of the Unix sockets in `/proc/net/unix` that somebody listens on. */
export function listeningSockets(procNetUnix: string): ReadonlySet<string> {
  return new Set(procNetUnix.split("\n").flatMap((line) => /\s(\/\S+)$/.exec(line)?.[1] ?? []));
}

const entries = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** Whether a link leads to a file of one of these labs. */
function leadsToLab(link: string, labs: readonly string[]): boolean {
  const target = lstatSync(link).isSymbolicLink() ? readlinkSync(link) : "";
  return labs.some((lab) => target.startsWith(`${lab}/`));
}

/**
 * Files outside `.lab/` that the given labs left: of the shims' sockets only those that nobody listens on any more, because
 * the host's own containerd keeps its sockets there too.
 */
export function outsideFiles(labs: readonly string[]): string[] {
  const alive = listeningSockets(readFileSync("/proc/net/unix", "utf8"));
  return [
    ...entries(shimSockets).filter((file) => !alive.has(file)),
    ...entries(cniResults).filter((file) => isLabResult(file.slice(cniResults.length + 1))),
    ...entries(devicePlugins).filter((file) => file.endsWith("/kubelet.sock") && !alive.has(file)),
    ...entries(containerLogs).filter((file) => leadsToLab(file, labs)),
  ];
}

/** Removes them, and every folder around them that is empty then and was not there before the lab (`keep`). */
export function removeOutsideFiles(labs: readonly string[], keep: readonly string[]): void {
  for (const file of outsideFiles(labs)) rmSync(file, { force: true });
  for (const folder of madeFolders.filter((made) => !keep.includes(made))) removeEmpty(folder);
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // in use by others, or not there
  }
}
