import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { factsOf } from "../../canary/strategies.ts";
import { clientOf } from "../../cluster/kube/client.ts";
import type { ClusterName } from "../../cluster/kubeconfig-file.ts";
import type { LabConfig } from "../config/schema.ts";
import { fullStackName } from "../full-stack-name.ts";
import { together } from "./hook-bindings.ts";
import type { LiveRun } from "./live-run.ts";
import { refuseForeignNamespace } from "./namespace-owner.ts";
import { platformHooks } from "./platform-guard.ts";
import { releaseGuard } from "./release-guard.ts";
import { enterRollout, leaveRollout } from "./rollout-handover.ts";
import { StartFollower } from "./start-follower.ts";
import { strategyGuard } from "./strategy-guard.ts";
import { targetedVariable } from "./targeted.ts";
import { toldOfStack } from "./told.ts";

/**
 * Hooks and a client for a run on a real cluster. A Rollout lets go of its route before another strategy takes that over.
 *
 * @throws pulumi.RunError where the namespace is another stack's, or nobody's: before the first resource, in a preview as well
 */
export async function createLiveRun(config: LabConfig, target: Required<ClusterName>): Promise<LiveRun> {
  const client = clientOf(target);
  await mustBeOwnNamespace(client, config.namespace);
  const say = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
  const guards = platformHooks(client, fullStackName());
  const release = strategyGuard(async (from, to) => {
    if (factsOf(from).owner === "rollout-controller") await leaveRollout(client, config, say);
    if (to === "rollout-canary") await enterRollout(client, config);
  });
  const namespaceHooks = together(guards.application, release) ?? release;
  const common = { namespaceHooks, platformHooks: guards.platform, client };
  const { owner } = factsOf(config.strategy);
  const starts = new StartFollower(client, process.env[targetedVariable] === "true");
  if (owner !== "pulumi") return { ...common, starts };
  const guard = releaseGuard(client, config);
  const beforeUpdate = [...(namespaceHooks.beforeUpdate ?? []), guard.namespace];
  return { ...common, namespaceHooks: { ...namespaceHooks, beforeUpdate }, starts, guard };
}

async function mustBeOwnNamespace(client: ClusterClient, namespace: string): Promise<void> {
  const stack = pulumi.getStack();
  const own = { stack, organization: pulumi.getOrganization() };
  try {
    await refuseForeignNamespace(client, { own, namespace, place: `Pulumi.${stack}.yaml` });
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
  }
}
