import { existsSync, readFileSync, rmSync } from "node:fs";
import { withLock } from "@canary-lab/kit/lock";
import type { Progress } from "@canary-lab/kit/progress";
import { installPlugins } from "@canary-lab/pulumi-plugins/install";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment, PlatformPart, Target } from "../../../cluster/target.ts";
import { ensureCharts } from "./charts/charts.ts";
import { ensureImages, ensureNodeImages } from "./images/images.ts";
import { nodeLayout } from "./node/layout.ts";
import { renderFootprint } from "./node/machine/footprint.ts";
import { readHost } from "./node/machine/host.ts";
import { preflight, refuseRights } from "./node/machine/preflight.ts";
import { nodeName, registryHost } from "./node/network/addresses.ts";
import type { NodeSpec } from "./node/node-spec.ts";
import { startDns } from "./node/objects/dns.ts";
import { registryAccessFiles } from "./node/pki/registry-access.ts";
import { startNode } from "./node/start.ts";
import { cleanAfterDeadLab, stopNode } from "./node/stop.ts";
import { cacheFolder } from "./toolchain/cache.ts";
import { ensureTools } from "./toolchain/toolchain.ts";
import type { Tools } from "./toolchain/tools.ts";

/** A one-node Kubernetes on this machine, made from what package registries hold. */
export const createEmbeddedTarget = (reason: string): Target => ({
  name: "embedded",
  footprint: renderFootprint,
  check: () => preflight(nodeLayout()),
  up: (progress, parts) => up(reason, progress, parts),
  down,
});

async function up(reason: string, progress: Progress, parts: readonly PlatformPart[]): Promise<Environment> {
  const layout = nodeLayout();
  const tools = await ensureTools(progress, parts);
  const [chartMirror, plugins] = await Promise.all([
    ensureCharts(tools),
    installPlugins(tools, progress),
    oneAtATime(progress, () => runNode({ layout, tools, host: readHost() }, tools, parts, progress)),
  ]);
  return {
    target: "embedded",
    reason,
    kubeconfig: layout.kubeconfig,
    kubeContext: nodeName,
    imageRegistry: registryHost,
    chartMirror,
    path: [...new Set([...plugins.path, tools.bin])],
    variables: {
      ...plugins.variables,
      DOCKER_HOST: `unix://${layout.dockerSocket}`,
      DOCKER_CONFIG: registryAccessFiles(layout).dockerConfig,
    },
  };
}

/** Brings the node up and fills it: the control plane mostly waits for itself, and images are loaded meanwhile. */
async function runNode(
  spec: NodeSpec,
  tools: Tools,
  parts: readonly PlatformPart[],
  progress: Progress,
): Promise<void> {
  const { layout } = spec;
  await cleanAfterDeadLab(layout.lab, tools.bin);
  const node = await startNode(spec);
  const nodeImages = node.images.then(() => ensureNodeImages(tools, layout, progress));
  await Promise.all([
    progress.stage("start node", () => node.ready),
    progress.stage("start DNS", () => Promise.all([node.ready, nodeImages]).then(() => startDns(spec))),
    nodeImages.then(() => ensureImages(tools, layout, parts, progress)),
  ]);
}

async function down(progress: Progress): Promise<void> {
  const { lab } = nodeLayout();
  rmSync(cacheFolder(), { recursive: true, force: true }); // of a build that was killed
  if (!existsSync(inLab("tools"))) return; // without tools there was never a node
  refuseRights(process.getuid?.() ?? -1, readFileSync("/proc/self/status", "utf8"));
  const stop = () => stopNode(lab, inLab("tools", "bin"));
  await oneAtATime(progress, () => progress.stage("stop node", stop));
}

/** Of two runs in one checkout the later waits; a lock dies with who holds it. */
const oneAtATime = (progress: Progress, work: () => Promise<void>): Promise<void> =>
  withLock(inLab("tools", "node.lock"), () => progress.say("Another run works on the node: waiting for it."), work);
