import type * as pulumi from "@pulumi/pulumi";
import { clusterRegistry } from "../cluster/images/cluster-registry.ts";
import type { ClusterRegistry, ImageDelivery } from "../cluster/images/delivery.ts";
import type { DeliverySpec } from "../components/image/render-built-image.ts";
import { ImageRegistry } from "../components/image-registry/image-registry.ts";
import type { LabConfig } from "./config/schema.ts";
import { fullStackName } from "./full-stack-name.ts";
import { mirrorStart, registryStart } from "./live/deployment-starts.ts";
import type { LiveRun } from "./live/live-run.ts";
import type { Platform } from "./platform.ts";
import type { RegistryUse } from "./rights.ts";

/** How images that are built here get to the pods; the cluster's own registry is made where no other stack has brought it. */
export function createDelivery(
  config: Pick<LabConfig, "registryImage">,
  { cluster }: Pick<Platform, "cluster">,
  live: LiveRun,
  delivery: ImageDelivery | undefined,
): DeliverySpec | undefined {
  if (!delivery || delivery.push !== undefined) return delivery;
  const served = isOwn(delivery) ? bring(config, cluster, live) : undefined;
  const { pull, platform } = delivery;
  return {
    ...(platform !== undefined && { platform }),
    deliver: async (image) => {
      await served;
      return live.deliver ? live.deliver(image) : `${pull}/${image.reference}`;
    },
  };
}

/** What a delivery needs of the cluster's own registry. */
export const registryUse = (delivery: ImageDelivery | undefined): RegistryUse =>
  !delivery || delivery.push !== undefined ? undefined : isOwn(delivery) ? "brings" : "uses";

const isOwn = ({ broughtBy }: ClusterRegistry): boolean => broughtBy === undefined || broughtBy === fullStackName();

/** @returns when images can be pushed and pulled */
async function bring(
  { registryImage: image }: Pick<LabConfig, "registryImage">,
  provider: pulumi.ProviderResource,
  { starts, platformHooks }: LiveRun,
): Promise<void> {
  const followed = starts?.follow(registryStart);
  const mirrored = starts?.follow(mirrorStart);
  const registry = new ImageRegistry(
    "image-registry",
    {
      ...clusterRegistry,
      image,
      owner: { stack: fullStackName(), ...(platformHooks && { hooks: platformHooks }) },
      ...(followed && { hooks: followed.hooks, served: (deployment) => followed.ready(deployment, deployment) }),
      ...(mirrored && { mirrorHooks: mirrored.hooks }),
    },
    { provider },
  );
  await mirrored?.ready(registry, registry.mirror);
}
