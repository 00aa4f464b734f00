import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import type { ImageDelivery } from "../cluster/images/delivery.ts";
import { findBuiltDelivery, findDelivery } from "../cluster/images/find-delivery.ts";
import { clientOf } from "../cluster/kube/client.ts";
import type { ClusterName } from "../cluster/kubeconfig-file.ts";
import { imagesMustBeBuilt } from "./built-images.ts";
import type { LabConfig } from "./config/schema.ts";
import { imageRequest } from "./image-request.ts";
import { isTargeted } from "./live/targeted.ts";
import { toldOfStack } from "./live/told.ts";

/**
 * How the images that are built here get to the pods; undefined where none is.
 *
 * @throws pulumi.RunError where they cannot: before the first resource, in a preview as well
 */
export async function findImages(
  configs: readonly [LabConfig, ...LabConfig[]],
  target: Required<ClusterName>,
): Promise<ImageDelivery | undefined> {
  try {
    const request = imageRequest(configs, `Pulumi.${pulumi.getStack()}.yaml`);
    const client = clientOf(target);
    // An update of a few resources is one of a route: it builds nothing, and what a build needs is no reason to refuse it.
    if (isTargeted()) return await findBuiltDelivery(client, request);
    imagesMustBeBuilt(...configs);
    return await findDelivery(client, request);
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
  }
}
