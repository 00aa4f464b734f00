import type { TargetRequest } from "../../cluster/choose.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import { platformParts } from "../../stacks/platform-parts.ts";
import { builtImages } from "../../stacks/target.ts";

/** What a stack's config asks of the cluster that it runs in. */
export function targetRequest(config: LabConfig): TargetRequest {
  const { kubeContext, kubeconfig, imageRegistry, gatewayNodePort } = config;
  return {
    ...(kubeContext && { kubeContext }),
    ...(kubeconfig && { kubeconfig }),
    ...(imageRegistry && { imageRegistry }),
    gatewayNodePort,
    buildsImages: builtImages(config).length > 0,
    parts: platformParts(config),
  };
}
