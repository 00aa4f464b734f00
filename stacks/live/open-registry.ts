import { connect } from "@canary-lab/kit/kube/connection";
import { readKubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { connectToPod } from "@canary-lab/kit/kube/port-forward";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { runCommand } from "../../cluster/docker.ts";
import { clusterRegistry } from "../../cluster/images/cluster-registry.ts";
import type { ClusterName } from "../../cluster/kubeconfig-file.ts";
import { type DeliveryTools, ImageDeliverer } from "./image-deliverer.ts";
import { toldOfStack } from "./told.ts";

/**
 * The way into the cluster's own registry, from the builder that `docker` speaks to.
 *
 * @param isTargeted whether the update is about a few resources
 */
export async function openRegistry(
  client: DeliveryTools["client"],
  { kubeconfig, kubeContext: context }: Required<ClusterName>,
  isTargeted: boolean,
): Promise<Pick<ImageDeliverer, "deliver">> {
  const connection = await connect(selectContext(readKubeconfig(kubeconfig), { context }));
  const { namespace } = clusterRegistry;
  const deliverer = new ImageDeliverer({
    client,
    connect: (pod, port) => connectToPod(connection, { namespace, pod, port }),
    save: async (id, file) => {
      await runCommand({ file: "docker", args: ["image", "save", "--output", file, id] });
    },
    say: (line) => void pulumi.log.info(line, undefined, undefined, true),
    isLooking: isTargeted || pulumi.runtime.isDryRun(),
  });
  return { deliver: (image) => deliverer.deliver(image).catch(told) };
}

const told = (error: unknown): never => {
  throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
};
