import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import type { AddOn } from "../add-ons.ts";
import type { NodeLayout } from "../node/layout.ts";
import type { ClusterAddresses } from "../node/network/addresses.ts";
import { authorityFile } from "../node/pki/files.ts";
import { readCredentials } from "../node/pki/registry-access.ts";
import type { EmbeddedClusterSettings } from "../settings.ts";
import type { Tools } from "../toolchain/tools.ts";
import type { ShippableImage } from "./archive.ts";
import { clusterImages } from "./cluster-images.ts";
import { type ImageSpec, renderImage } from "./image.ts";
import { LayerCache } from "./layers.ts";
import { platformImages } from "./platform-images.ts";
import { containerdStore, dockerStore, type ImageStore } from "./stores.ts";

/** What images are made of, the daemons that hold them, and what errors tell the user. */
export interface ImageContext {
  readonly tools: Tools;
  readonly layout: NodeLayout;
  readonly addresses: Pick<ClusterAddresses, "registryHost">;
  readonly settings: Pick<EmbeddedClusterSettings, "cache" | "commands">;
  readonly progress: Progress;
}

/**
 * Puts the images that the kubelet and the cluster's DNS start from into containerd. Call it before the kubelet runs: a pod
 * that comes before its image waits 10 s for the next try. An image that is there already costs nothing.
 *
 * @throws UserError where containerd does not answer or refuses
 */
export async function ensureNodeImages(context: ImageContext): Promise<void> {
  const { pause, coredns } = clusterImages(context.tools);
  await deliver("load node images", containerd(context), [pause, coredns], context);
}

/**
 * Puts the images of these add-ons into containerd, and the base of the application's Dockerfile into the cluster's registry and Docker,
 * each under its upstream name. No build is involved: an image is put together from the tools' own files while it is sent. An image
 * that is there already costs nothing; one of an add-on that is no longer asked for stays.
 *
 * @throws UserError where a daemon does not answer or refuses
 */
export async function ensureImages(addOns: readonly AddOn[], context: ImageContext): Promise<void> {
  const { tools } = context;
  const { pilot, proxy, node } = clusterImages(tools);
  const platform = addOns.flatMap((addOn) => platformImages(tools, addOn));
  await Promise.all([
    deliver("load mesh images", containerd(context), addOns.includes("istio") ? [pilot, proxy] : [], context),
    deliver("load platform images", containerd(context), platform, context),
    deliver("load base image", docker(context), addOns.includes("node-image") ? [node] : [], context),
  ]);
}

const containerd = ({ tools, layout, settings }: ImageContext): ImageStore =>
  containerdStore(join(tools.bin, "ctr"), layout.containerdSocket, {
    log: join(layout.logs, "containerd.log"),
    up: settings.commands.up,
  });

function docker({ layout, addresses, settings }: ImageContext): ImageStore {
  const { registryHost: host } = addresses;
  const advice = { log: join(layout.logs, "dockerd.log"), up: settings.commands.up };
  const registry = {
    host,
    authority: readFileSync(authorityFile(layout.pki, "ca"), "utf8"),
    credentials: readCredentials(layout, host),
    layers: join(settings.cache, "image-layers"),
    advice: { first: `read ${join(layout.logs, "registry.log")}`, next: settings.commands.up },
  };
  return dockerStore(layout.dockerSocket, registry, advice);
}

/** What loading a group of images takes on two cores, in seconds. */
const usualSeconds = 15;

async function deliver(
  stage: string,
  store: ImageStore,
  specs: readonly ImageSpec[],
  { settings, progress }: ImageContext,
): Promise<void> {
  const missing = await store.missing(await assemble(specs, settings.cache));
  if (missing.length === 0) return;
  await progress.stage(
    stage,
    async (note) => {
      note(missing.map(({ name }) => name).join(", "));
      await store.load(missing);
    },
    usualSeconds,
  );
}

async function assemble(specs: readonly ImageSpec[], cache: string): Promise<readonly ShippableImage[]> {
  const layerCache = new LayerCache(join(cache, "image-layers.json"));
  const images: ShippableImage[] = [];
  for (const spec of specs) {
    const layers = [];
    for (const layer of spec.layers) layers.push(await layerCache.describe(layer));
    images.push({ name: spec.name, rendered: renderImage(spec, layers), sources: spec.layers });
  }
  return images;
}
