import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { readRollout } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutPath } from "../../../../cluster/kube/paths.ts";
import { type Lab, reread } from "../../lab.ts";
import { released, releasedChanges } from "../release-end.ts";
import type { Say } from "../strategy.ts";
import { currentRevision, isFinished } from "./read.ts";

/**
 * Writes a release that the controller has finished to the stack's file. Nobody had to wait for its end, so the next command that sees it
 * does this. The pods stay as they are: the same image makes the same template.
 */
export async function noteFinished(lab: Lab, say: Say): Promise<Lab> {
  const { cluster, config, stackFile } = lab;
  if (!config.canaryEnabled) return lab;
  const rollout = await cluster.get<RolloutObject>(rolloutPath(config.namespace, config.app));
  const status = rollout && readRollout(rollout);
  if (!status?.isFullyPromoted || !isFinished(config, status, await currentRevision(lab, status))) return lab;
  stackFile.set(releasedChanges(lab));
  say(`${released(config.canaryImage)} ${stackFile.name} says so now.`);
  return reread(lab);
}
