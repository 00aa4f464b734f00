import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { clientOf } from "../cluster/kube/client.ts";
import { namespacePath } from "../cluster/kube/paths.ts";
import { sharedReads } from "../cluster/kube/shared-reads.ts";
import type { ClusterName } from "../cluster/kubeconfig-file.ts";
import { platformAnnotation } from "../components/workload/render-application.ts";
import type { LabConfig } from "./config/schema.ts";
import { fullStackName } from "./full-stack-name.ts";
import type { LiveNamespace } from "./live/namespace-owner.ts";
import { ownerOf, type PlatformRequest, type ReadOutputs, stackPlatform } from "./live/stack-platform.ts";
import { isTargeted } from "./live/targeted.ts";
import { toldOfStack } from "./live/told.ts";
import { notedFacts, ownFacts, type PlatformFacts } from "./platform-facts.ts";
import { existingPlatform, isOwner } from "./platform-parts.ts";

/** Finds the platform of each application of a stack, as {@link findPlatform} does; what several of them ask for is read once. */
export function platformFinder(target: Required<ClusterName>): (config: LabConfig) => Promise<PlatformFacts> {
  const client = sharedReads(clientOf(target));
  const outputs = new Map<string, ReturnType<ReadOutputs>>();
  const readOnce: ReadOutputs = (stack) => {
    const asked = outputs.get(stack) ?? readOutputs(stack);
    outputs.set(stack, asked);
    return asked;
  };
  return (config) => findPlatform(config, client, readOnce);
}

/**
 * The facts of the platform that a stack's application stands on. A stack that installs its own asks nobody.
 *
 * @throws pulumi.RunError where the platform that the config names is not there, or lacks what the config needs: before the first
 * resource, in a preview as well
 */
async function findPlatform(
  config: LabConfig,
  client: Pick<ClusterClient, "get">,
  outputsOf: ReadOutputs,
): Promise<PlatformFacts> {
  if (isOwner(config)) return ownFacts(config, fullStackName());
  const [stack, organization] = [pulumi.getStack(), pulumi.getOrganization()];
  const request: PlatformRequest = { config, own: { stack, organization }, place: `Pulumi.${stack}.yaml` };
  try {
    // An update of a few resources changes no Namespace: what that says holds, and a weight is moved without a look at another stack.
    if (isTargeted()) {
      const own = await client.get<LiveNamespace>(namespacePath(config.namespace));
      const noted = notedFacts(own?.metadata.annotations?.[platformAnnotation]);
      if (noted?.owner === ownerOf(request)) return noted;
    }
    if (config.platform !== existingPlatform) return await stackPlatform(client, outputsOf, request);
    const { findExisting } = await import("./live/existing-platform.ts"); // most programs need none of it
    return await findExisting(client, config, request.place);
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
  }
}

/** What a StackReference reads. As a resource it would end the program with the engine's words where there is no such stack. */
export const readOutputs: ReadOutputs = async (stack) => {
  try {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
    return outputs as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (/unknown stack|no stack named|not found/i.test((error as Error).message)) return undefined;
    throw error;
  }
};
