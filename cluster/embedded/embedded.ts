import { inLab } from "../lab-folder.ts";
import type { Progress } from "../progress.ts";
import type { Environment, World } from "../world.ts";
import { ensureCharts } from "./charts/charts.ts";
import { ensureImages, ensureNodeImages } from "./images/images.ts";
import { nodeName, registryHost } from "./node/addresses.ts";
import { renderFootprint } from "./node/footprint.ts";
import { readHost } from "./node/host.ts";
import { nodeLayout } from "./node/layout.ts";
import { startDns } from "./node/objects/dns.ts";
import { preflight } from "./node/preflight.ts";
import { startNode } from "./node/start.ts";
import { cleanAfterDeadLab, stopNode } from "./node/stop.ts";
import { installPlugins } from "./plugins/install.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

/** A one-node Kubernetes on this machine, made from what package registries hold. */
export const createEmbeddedWorld = (reason: string): World => ({
  name: "embedded",
  footprint: renderFootprint,
  up: (progress) => up(reason, progress),
  down,
});

async function up(reason: string, progress: Progress): Promise<Environment> {
  const layout = nodeLayout();
  preflight(layout);
  const tools = await ensureTools(progress);
  await cleanAfterDeadLab(layout.lab, tools.bin);
  const spec = { layout, tools, host: readHost() };

  // Three lanes: the control plane mostly waits for itself, images mostly for the disk, and the rest is a few files.
  const node = await startNode(spec);
  const nodeImages = node.images.then(() => ensureNodeImages(tools, layout, progress));
  const dns = Promise.all([node.ready, nodeImages]).then(() => startDns(spec));
  const meshImages = nodeImages.then(() => ensureImages(tools, layout, progress));
  const [chartMirror, plugins] = await Promise.all([
    ensureCharts(tools),
    installPlugins(tools),
    progress.stage("start node", () => node.ready),
    progress.stage("start DNS", () => dns),
    meshImages,
  ]);
  return {
    world: "embedded",
    reason,
    kubeconfig: layout.kubeconfig,
    kubeContext: nodeName,
    imageRegistry: registryHost,
    chartMirror,
    path: [...new Set([tools.bin, plugins.path])],
    variables: {
      DOCKER_HOST: `unix://${layout.dockerSocket}`,
      PULUMI_HOME: plugins.pulumiHome,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  };
}

async function down(progress: Progress): Promise<void> {
  await progress.stage("stop node", () => stopNode(nodeLayout().lab, inLab("tools", "bin")));
}
