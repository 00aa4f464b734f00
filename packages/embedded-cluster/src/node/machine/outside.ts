import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { foreignNodeProgram } from "../supervision/proc.ts";

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

/** Where Istio's CNI agent and its plugin talk to each other, and keep what the plugin asks the API server with. */
const istioCni = "/run/istio-cni";
const istioCniFiles = ["istio-cni-kubeconfig", "istio-cni.log", "log.sock", "pluginevent.sock"] as const;

/** The folders of those files. */
export const outsideFolders = [shimSockets, cniResults, devicePlugins, containerLogs, dockerPlugins, istioCni] as const;

/** These folders and the ones made around them, deepest first. */
export const madeFolders: readonly string[] = outsideFolders.flatMap((folder) =>
  folder === containerLogs || folder === istioCni ? [folder] : [folder, dirname(folder)],
);

/** Those of the folders that are there now: asked before a node starts, so that they stay after it. */
export const presentFolders = (): string[] => madeFolders.filter((folder) => existsSync(folder));

/** Whether a CNI result is of the pod network, by its name. */
export const isLabResult = (name: string): boolean =>
  name.startsWith("canary-lab-") || name.startsWith("cni-loopback-");

/** Paths of the Unix sockets in `/proc/net/unix` that somebody listens on. */
export function listeningSockets(procNetUnix: string): ReadonlySet<string> {
  return new Set(procNetUnix.split("\n").flatMap((line) => /\s(\/\S+)$/.exec(line)?.[1] ?? []));
}

const entries = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** Whether a link leads into one of these folders. */
function leadsInto(link: string, folders: readonly string[]): boolean {
  const target = lstatSync(link).isSymbolicLink() ? readlinkSync(link) : "";
  return folders.some((folder) => target.startsWith(`${folder}/`));
}

/**
 * Files that clusters left outside of their homes. Of the shims' sockets only those that nobody listens on any more, because
 * the host's own containerd keeps its sockets there too.
 */
export function outsideFiles(homes: readonly string[]): string[] {
  const alive = listeningSockets(readFileSync("/proc/net/unix", "utf8"));
  return [
    ...entries(shimSockets).filter((file) => !alive.has(file)),
    ...entries(cniResults).filter((file) => isLabResult(file.slice(cniResults.length + 1))),
    ...entries(devicePlugins).filter((file) => file.endsWith("/kubelet.sock") && !alive.has(file)),
    // On a Kubernetes node of somebody else's they are of its mesh.
    ...(foreignNodeProgram()
      ? []
      : istioCniFiles.map((name) => join(istioCni, name)).filter((file) => existsSync(file))),
    ...entries(containerLogs).filter((file) => leadsInto(file, homes)),
  ];
}

/** Removes them, and the folders around them that are empty then and were not there before (`keep`). */
export function removeOutsideFiles(homes: readonly string[], keep: readonly string[]): void {
  for (const file of outsideFiles(homes)) rmSync(file, { force: true });
  for (const folder of madeFolders.filter((made) => !keep.includes(made))) removeEmpty(folder);
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // in use by others, or not there
  }
}
