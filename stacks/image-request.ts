import type { ImageRequest } from "../cluster/images/delivery.ts";
import { buildTag } from "../components/image/render-built-image.ts";
import { ownerAnnotation } from "../components/names.ts";
import type { LabConfig } from "./config/schema.ts";
import { isJudged } from "./judged.ts";

/** What of a config says where images go. */
export type ImageConfig = Pick<
  LabConfig,
  | "stableImage"
  | "canaryImage"
  | "canaryEnabled"
  | "clientImage"
  | "judgeImage"
  | "analysis"
  | "analysisBy"
  | "imageRegistry"
  | "imagePullRegistry"
  | "imagePlatform"
>;

/** The images that an application's pods run, as its config names them. */
export const usedImages = (config: ImageConfig): readonly string[] => [
  config.stableImage,
  ...(config.canaryEnabled ? [config.canaryImage] : []),
  config.clientImage,
  ...(isJudged(config) ? [config.judgeImage] : []),
];

/** The images of a stack's applications that are built here, and so need a registry. */
export const builtImages = (...configs: readonly ImageConfig[]): readonly string[] =>
  configs.flatMap(usedImages).filter((reference) => buildTag(reference) !== undefined);

/**
 * What a stack says of the images of its applications, its own first.
 *
 * @param place the stack's file
 * @param known the registry of a config that names none
 */
export function imageRequest(
  [config, ...services]: readonly [ImageConfig, ...ImageConfig[]],
  place: string,
  known?: ImageRequest["registry"],
): ImageRequest {
  const { imageRegistry: address, imagePullRegistry: pullRegistry, imagePlatform: platform } = config;
  const registry = address === undefined ? known : { address, reason: `imageRegistry in ${place} names it` };
  return {
    built: builtImages(config, ...services),
    place,
    ownerAnnotation,
    ...(registry && { registry }),
    ...(pullRegistry !== undefined && { pullRegistry }),
    ...(platform !== undefined && { platform }),
  };
}

/** Whether a stack's images go into a registry in the cluster, where that announces none. */
export const mayBringRegistry = (config: ImageConfig, ...services: readonly ImageConfig[]): boolean =>
  config.imageRegistry === undefined && builtImages(config, ...services).length > 0;
