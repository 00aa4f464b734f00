import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { asOneError } from "@canary-lab/kit/user-error";
import type { AddOn } from "./add-ons.ts";
import { chartFolder, ensureCharts } from "./charts/charts.ts";
import { ensureImages, ensureNodeImages } from "./images/images.ts";
import { nodeLayout } from "./node/layout.ts";
import { renderFootprint } from "./node/machine/footprint.ts";
import { readHost } from "./node/machine/host.ts";
import { hasNode } from "./node/machine/leftovers.ts";
import { withMachine } from "./node/machine/owner.ts";
import { obstacles as nodeObstacles, platformObstacle, rightsObstacle } from "./node/machine/preflight.ts";
import { type ClusterAddresses, clusterAddresses, nodeName } from "./node/network/addresses.ts";
import { chosenNetwork } from "./node/network/chosen-network.ts";
import { searchPath } from "./node/network/network.ts";
import type { NodeSpec } from "./node/node-spec.ts";
import { type NodeStatus, readNodeStatus } from "./node/objects/cluster-api.ts";
import { startDns } from "./node/objects/dns.ts";
import { authorityFile } from "./node/pki/files.ts";
import { registryAccessFiles } from "./node/pki/registry-access.ts";
import { startNode } from "./node/start.ts";
import { type Cleaning, cleanBeforeStart, stopNode } from "./node/stop.ts";
import { markedProcesses } from "./node/supervision/proc.ts";
import type { EmbeddedClusterSettings } from "./settings.ts";
import { deleteInBackground } from "./toolchain/cache.ts";
import { type Outlook, toolsOutlook } from "./toolchain/outlook.ts";
import { ensureSystemPrograms, ensureTools } from "./toolchain/toolchain.ts";
import type { Tools } from "./toolchain/tools.ts";

/** How to use a cluster: all of it is known before there is one. */
export interface EmbeddedCluster {
  /** Absolute path of a kubeconfig file, and the context in it. */
  readonly kubeconfig: string;
  readonly kubeContext: string;
  /** Value of KUBECACHEDIR: where kubectl and helm keep what they remember of the API server; otherwise that is in the user's ~/.kube. */
  readonly kubeCache: string;
  /** The network of its pods and Services, `address/prefix`: none of it is to be asked through a proxy. */
  readonly network: string;
  /** `host:port` that images are pushed to and pulled from. */
  readonly imageRegistry: string;
  /** Absolute path of the certificate of the authority that the registry's own is signed by, PEM. */
  readonly registryAuthority: string;
  /** Folder that holds the charts of the add-ons as `<chart>-<version>/`. */
  readonly chartMirror: string;
  /** Value of DOCKER_HOST for the image builder. */
  readonly dockerHost: string;
  /** Value of DOCKER_CONFIG for a client that pushes to the registry: a folder with its password. */
  readonly dockerConfig: string;
  /** Folder of programs, to be put in front of PATH. */
  readonly bin: string;
}

/** @throws UserError where it cannot have the network that the settings name, or has another one already */
export function describe(settings: EmbeddedClusterSettings): EmbeddedCluster {
  const { home } = settings;
  const { network, registryHost } = addressesOf(settings);
  const layout = nodeLayout(home);
  const { kubeconfig, dockerSocket, bin } = layout;
  return {
    kubeconfig,
    kubeContext: nodeName,
    kubeCache: join(home, "kube-cache"),
    network,
    imageRegistry: registryHost,
    registryAuthority: authorityFile(layout.pki, "ca"),
    chartMirror: chartFolder(home),
    dockerHost: `unix://${dockerSocket}`,
    dockerConfig: registryAccessFiles(layout).dockerConfig,
    bin,
  };
}

const addressesOf = (settings: EmbeddedClusterSettings): ClusterAddresses => clusterAddresses(chosenNetwork(settings));

/** Everything that `up` does outside of `home` and `cache`, one line each. @throws UserError as {@link describe} does */
export const footprint = (settings: EmbeddedClusterSettings): readonly string[] =>
  renderFootprint(addressesOf(settings));

/** What `up` with the same arguments will take, and everything that stands in its way, known before anything is made. */
export async function outlook(settings: EmbeddedClusterSettings, addOns: readonly AddOn[]): Promise<Outlook> {
  if (platformObstacle(process.platform, process.arch))
    return { seconds: 0, gigabytes: 0, obstacles: nodeObstacles(settings) }; // no tools are made for it
  const tools = await toolsOutlook(settings, addOns);
  return { ...tools, obstacles: [...nodeObstacles(settings), ...tools.obstacles] };
}

/** As {@link outlook}. @throws UserError that names everything that stands in the way */
export async function check(settings: EmbeddedClusterSettings, addOns: readonly AddOn[]): Promise<Outlook> {
  const found = await outlook(settings, addOns);
  const error = asOneError(found.obstacles);
  if (error) throw error;
  return found;
}

/**
 * Brings up a one-node Kubernetes on this machine, made from what package registries hold. It converges: it can be repeated,
 * and follows a killed run.
 *
 * @param extra.withTools further work that needs the tools, such as installing something, done while the node starts
 */
export async function up(
  settings: EmbeddedClusterSettings,
  addOns: readonly AddOn[],
  progress: Progress,
  extra: { readonly withTools?: (tools: Tools) => Promise<void> } = {},
): Promise<EmbeddedCluster> {
  addressesOf(settings); // refused before anything is built
  const tools = await ensureTools(settings, progress, addOns);
  const run = () => runNode(tools, settings, addOns, progress);
  await Promise.all([
    ensureCharts(tools, settings.home),
    extra.withTools?.(tools),
    withMachine(settings.home, (line) => progress.say(line), run),
  ]);
  return describe(settings);
}

/** What a start takes on two cores with its tools at hand, in seconds: the stages run side by side. */
const usualSeconds = { node: 15, dns: 20 };

/** Brings the node up and fills it: the control plane mostly waits for itself, and images are loaded meanwhile. */
async function runNode(
  tools: Tools,
  settings: EmbeddedClusterSettings,
  addOns: readonly AddOn[],
  progress: Progress,
): Promise<void> {
  const layout = nodeLayout(settings.home);
  await cleanBeforeStart(cleaning(settings, progress));
  const addresses = addressesOf(settings); // under the lock: another run may have made the node meanwhile
  const images = { tools, layout, addresses, settings, progress };
  const host = await readHost(searchPath(tools.bin));
  const spec: NodeSpec = { layout, addresses, tools, host, commands: settings.commands };
  const node = await startNode(spec, (line) => progress.say(line));
  const nodeImages = node.images.then(() => ensureNodeImages(images));
  await Promise.all([
    progress.stage("start node", () => node.ready, usualSeconds.node),
    progress.stage(
      "start DNS",
      () => Promise.all([node.ready, nodeImages]).then(() => startDns(spec)),
      usualSeconds.dns,
    ),
    nodeImages.then(() => ensureImages(addOns, images)),
  ]);
}

export interface ClusterStatus {
  /** The node's processes that run, by name. */
  readonly processes: readonly string[];
  /** What the API server says of the node; undefined where it does not answer. */
  readonly node: NodeStatus | undefined;
}

export async function status({ home }: EmbeddedClusterSettings): Promise<ClusterStatus> {
  const own = markedProcesses().filter((process) => process.home === home && process.isLeader);
  const processes = own.map(({ name }) => name).sort();
  return { processes, node: processes.length === 0 ? undefined : await readNodeStatus(nodeLayout(home)) };
}

/**
 * Takes the cluster down: everything that `up` made but the built tools, and what dead clusters left on this machine. It succeeds
 * where there is nothing, and finds a cluster whose folder was deleted.
 */
export async function down(settings: EmbeddedClusterSettings, progress: Progress): Promise<void> {
  const { home, cache, commands } = settings;
  if (existsSync(cache)) deleteInBackground(cache); // what a killed build left
  if (!hasNode(home)) return;
  const obstacle = rightsObstacle(process.getuid?.() ?? -1, readFileSync("/proc/self/status", "utf8"), commands.down);
  if (obstacle) throw obstacle;
  const stop = () => progress.stage("stop node", () => stopNode(cleaning(settings, progress)));
  await withMachine(home, (line) => progress.say(line), stop);
}

const cleaning = (settings: EmbeddedClusterSettings, progress: Progress): Cleaning => ({
  home: settings.home,
  commands: settings.commands,
  say: (line) => progress.say(line),
  searchPath: async () => {
    const { bin } = nodeLayout(settings.home);
    await ensureSystemPrograms(settings, progress); // the folder of programs may have been deleted
    return searchPath(bin);
  },
});
