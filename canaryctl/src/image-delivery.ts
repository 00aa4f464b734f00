import type { ImageDelivery, ImageRegistry, ImageRequest } from "../../cluster/images/delivery.ts";
import { findDelivery, findRegistry } from "../../cluster/images/find-delivery.ts";
import type { Environment } from "../../cluster/target.ts";
import { imageRequest } from "../../stacks/image-request.ts";
import type { RegistryUse } from "../../stacks/rights.ts";
import type { Lab } from "./lab.ts";
import { servicesOf } from "./services.ts";

type ImagesOf = Pick<Lab, "config" | "environment" | "cluster" | "stackFile">;

/** The registry of a stack whose config names none, by its environment. */
function knownRegistry({ target, imageRegistry: address }: Environment): ImageRequest["registry"] {
  if (address === undefined) return undefined;
  const isOwn = target !== "existing";
  return {
    address,
    reason: isOwn ? `it belongs to the lab's ${target} cluster` : "CANARY_LAB_IMAGE_REGISTRY names it",
  };
}

const requestOf = ({ config, environment, stackFile }: ImagesOf): ImageRequest =>
  imageRequest([config, ...servicesOf(stackFile).map((one) => one.config)], stackFile.name, knownRegistry(environment));

/** How the images of a stack get to its pods, by the program's own rule. @throws UserError where they cannot */
export const imageDelivery = (lab: ImagesOf): Promise<ImageDelivery | undefined> =>
  findDelivery(lab.cluster, requestOf(lab));

/** What a delivery needs of the cluster's own registry. */
export function registryUse(delivery: ImageDelivery | undefined, { stackFile }: Pick<Lab, "stackFile">): RegistryUse {
  if (!delivery || delivery.push !== undefined) return undefined;
  const { broughtBy } = delivery;
  return broughtBy === undefined || broughtBy.split("/").at(-1) === stackFile.stack ? "brings" : "uses";
}

/** The registry of a stack, whether or not it builds images. */
export const imageRegistry = (lab: ImagesOf): Promise<ImageRegistry | undefined> =>
  findRegistry(lab.cluster, requestOf(lab));
