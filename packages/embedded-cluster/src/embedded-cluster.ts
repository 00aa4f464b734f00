import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { withLock } from "@canary-lab/kit/lock";
import type { Progress } from "@canary-lab/kit/progress";
import type { AddOn } from "./add-ons.ts";
import { ensureCharts } from "./charts/charts.ts";
import { ensureImages, ensureNodeImages } from "./images/images.ts";
import { nodeLayout } from "./node/layout.ts";
import { renderFootprint } from "./node/machine/footprint.ts";
import { readHost } from "./node/machine/host.ts";
import { preflight, refuseRights } from "./node/machine/preflight.ts";
import { nodeName, registryHost } from "./node/network/addresses.ts";
import type { NodeSpec } from "./node/node-spec.ts";
import { startDns } from "./node/objects/dns.ts";
import { startNode } from "./node/start.ts";
import { cleanAfterDeadLab, stopNode } from "./node/stop.ts";
import type { EmbeddedClusterSettings } from "./settings.ts";
import { buildCaches } from "./toolchain/build-context.ts";
import { ensureTools } from "./toolchain/toolchain.ts";
import type { Tools } from "./toolchain/tools.ts";

/** How to use a cluster that is up. */
export interface EmbeddedCluster {
  /** Absolute path of a kubeconfig file, and the context in it. */
  readonly kubeconfig: string;
  readonly kubeContext: string;
  /** `host:port` that images are pushed to and pulled from. */
  readonly imageRegistry: string;
  /** Folder that holds the charts of the add-ons as `<chart>-<version>/`. */
  readonly chartMirror: string;
  /** Value of DOCKER_HOST for the image builder. */
  readonly dockerHost: string;
  readonly tools: Tools;
}

/** Everything that `up` does outside of `home` and `cache`, one line each. */
export const footprint = renderFootprint;

/** Refuses what cannot end well, before anything is made. */
export const check = ({ home }: EmbeddedClusterSettings): void => preflight(nodeLayout(home));

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
  const layout = nodeLayout(settings.home);
  const tools = await ensureTools(settings, progress, addOns);
  const run = () => runNode({ layout, tools, host: readHost() }, tools, settings, addOns, progress);
  const [chartMirror] = await Promise.all([
    ensureCharts(tools, settings.home),
    extra.withTools?.(tools),
    oneAtATime(settings, progress, run),
  ]);
  return {
    kubeconfig: layout.kubeconfig,
    kubeContext: nodeName,
    imageRegistry: registryHost,
    chartMirror,
    dockerHost: `unix://${layout.dockerSocket}`,
    tools,
  };
}

/** Brings the node up and fills it: the control plane mostly waits for itself, and images are loaded meanwhile. */
async function runNode(
  spec: NodeSpec,
  tools: Tools,
  { cache }: EmbeddedClusterSettings,
  addOns: readonly AddOn[],
  progress: Progress,
): Promise<void> {
  const { layout } = spec;
  await cleanAfterDeadLab(layout.lab, tools.bin);
  const node = await startNode(spec);
  const nodeImages = node.images.then(() => ensureNodeImages(tools, layout, cache, progress));
  await Promise.all([
    progress.stage("start node", () => node.ready),
    progress.stage("start DNS", () => Promise.all([node.ready, nodeImages]).then(() => startDns(spec))),
    nodeImages.then(() => ensureImages(tools, layout, addOns, cache, progress)),
  ]);
}

/** Removes what `up` made, but the built tools. Succeeds where there is nothing. */
export async function down(settings: EmbeddedClusterSettings, progress: Progress): Promise<void> {
  const { lab, bin } = nodeLayout(settings.home);
  await rm(buildCaches(settings.cache), { recursive: true, force: true }); // of a build that was killed
  if (!existsSync(bin)) return; // without tools there was never a node
  refuseRights(process.getuid?.() ?? -1, readFileSync("/proc/self/status", "utf8"));
  await oneAtATime(settings, progress, () => progress.stage("stop node", () => stopNode(lab, bin)));
}

/** Of two runs on one home the later waits; a lock dies with who holds it. */
const oneAtATime = ({ home }: EmbeddedClusterSettings, progress: Progress, work: () => Promise<void>): Promise<void> =>
  withLock(`${home}/node.lock`, () => progress.say("Another run works on the node: waiting for it."), work);
