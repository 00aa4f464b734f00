import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import type { AddOn } from "../add-ons.ts";
import type { NodeLayout } from "../node/layout.ts";
import type { Tools } from "../toolchain/tools.ts";
import { imageArchive, type ShippableImage } from "./archive.ts";
import { type ImageRecipe, renderImage } from "./image.ts";
import { LayerCache } from "./layers.ts";
import { platformImages } from "./platform-recipes.ts";
import { imageRecipes } from "./recipes.ts";
import { containerdStore, dockerStore, type ImageStore } from "./stores.ts";

/** The sockets of the daemons that hold images. */
export type ImageSockets = Pick<NodeLayout, "containerdSocket" | "dockerSocket">;

/**
 * Puts the images that the kubelet and the cluster's DNS start from into containerd. Call it before the kubelet runs: a pod
 * that comes before its image waits 10 s for the next try. An image that is there already costs nothing.
 *
 * @throws UserError where containerd does not answer or refuses
 */
export async function ensureNodeImages(
  tools: Tools,
  sockets: ImageSockets,
  cache: string,
  progress: Progress,
): Promise<void> {
  const { pause, coredns } = imageRecipes(tools);
  await deliver("load node images", containerd(tools, sockets), await assemble([pause, coredns], cache), progress);
}

/**
 * Puts the images of these add-ons into containerd, and the base of the application's Dockerfile into Docker, each under its upstream name. No registry and no build is involved: an image is put together from the tools' own
 * files while it is sent, so that a warm start costs what a cold one does and no second copy is kept. An image that is there
 * already costs nothing; one of an add-on that is no longer asked for stays.
 *
 * @throws UserError where a daemon does not answer or refuses
 */
export async function ensureImages(
  tools: Tools,
  sockets: ImageSockets,
  addOns: readonly AddOn[],
  cache: string,
  progress: Progress,
): Promise<void> {
  const { pilot, proxy, node } = imageRecipes(tools);
  const mesh = await assemble(addOns.includes("istio") ? [pilot, proxy] : [], cache);
  const base = await assemble(addOns.includes("node-image") ? [node] : [], cache);
  const platform = await assemble(
    addOns.flatMap((addOn) => platformImages(tools, addOn)),
    cache,
  );
  await Promise.all([
    deliver("load mesh images", containerd(tools, sockets), mesh, progress),
    deliver("load platform images", containerd(tools, sockets), platform, progress),
    deliver("load base image", dockerStore(sockets.dockerSocket), base, progress),
  ]);
}

const containerd = (tools: Tools, sockets: ImageSockets): ImageStore =>
  containerdStore(join(tools.bin, "ctr"), sockets.containerdSocket);

async function deliver(
  stage: string,
  store: ImageStore,
  images: readonly ShippableImage[],
  progress: Progress,
): Promise<void> {
  const missing = await store.missing(images);
  if (missing.length === 0) return;
  await progress.stage(stage, async (note) => {
    note(missing.map(({ name }) => name).join(", "));
    await store.load(imageArchive(missing));
  });
}

async function assemble(recipes: readonly ImageRecipe[], cache: string): Promise<readonly ShippableImage[]> {
  const digests = new LayerCache(join(cache, "image-layers.json"));
  const images: ShippableImage[] = [];
  for (const recipe of recipes) {
    const layers = [];
    for (const layer of recipe.layers) layers.push(await digests.describe(layer));
    images.push({ name: recipe.name, rendered: renderImage(recipe, layers), sources: recipe.layers });
  }
  return images;
}
