import * as pulumi from "@pulumi/pulumi";
import { factsOf } from "../../canary/strategies.ts";
import { clientOf } from "../../cluster/kube/client.ts";
import type { ClusterName } from "../../cluster/kubeconfig-file.ts";
import type { LabConfig } from "../lab-config.ts";
import type { LiveRun } from "./live-run.ts";
import { releaseGuard } from "./release-guard.ts";
import { enterRollout, leaveRollout } from "./rollout-handover.ts";
import { strategyGuard } from "./strategy-guard.ts";

/** Hooks and a client for a run on a real cluster. A Rollout lets go of its route before another strategy takes that over. */
export function createLiveRun(config: LabConfig, target: Required<ClusterName>): LiveRun {
  const client = clientOf(target);
  const say = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
  const namespaceHooks = strategyGuard(async (from, to) => {
    if (from === "rollout-canary") await leaveRollout(client, config, say);
    if (to === "rollout-canary") await enterRollout(client, config);
  });
  const { owner } = factsOf(config.strategy);
  if (owner !== "pulumi") return { namespaceHooks, client };
  const guard = releaseGuard(client, config);
  const beforeUpdate = [...(namespaceHooks.beforeUpdate ?? []), guard.namespace];
  return { namespaceHooks: { ...namespaceHooks, beforeUpdate }, client, guard };
}
