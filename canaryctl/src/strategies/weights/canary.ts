import { versions } from "../../../../components/names.ts";
import { weightOwner } from "../../../../stacks/strategies/strategy-name.ts";
import { changeStack } from "../../engine/update.ts";
import type { Lab } from "../../lab.ts";
import { showLines } from "../../print.ts";
import type { Route } from "../../traffic/route.ts";
import { readWorkload } from "../../traffic/workloads.ts";
import { refuseWhileUsed } from "../refusals.ts";
import type { Say } from "../strategy.ts";

/** Deploys the canary that `lab.config` describes, beside the stable side. */
export async function createCanary(lab: Lab, route: Pick<Route, "hasIdlePods">, say: Say): Promise<string> {
  const { canaryImage, canaryReplicas, canaryWeight } = lab.config;
  const pods = route.hasIdlePods ? { canaryReplicas } : {};
  await changeStack(lab, { canaryEnabled: true, canaryImage, ...pods }, { say, onLine: showLines(say) });
  const count = route.hasIdlePods ? `${canaryReplicas} pods, ` : "";
  const share = weightOwner(lab.config.strategy) === "pulumi" ? `${canaryWeight} % of the traffic` : "for the header";
  return `The canary runs: ${canaryImage}, ${count}${share}.`;
}

/**
 * Removes the canary's workload; where there is none, nothing is done.
 *
 * @throws LabError while the config or the live route gives the canary a share of the traffic
 */
export async function deleteCanary(lab: Lab, route: Route, say: Say): Promise<string> {
  const { cluster, config, stackFile } = lab;
  const [live, workload] = await Promise.all([
    route.read(cluster, config),
    readWorkload(cluster, config, versions.canary),
  ]);
  refuseWhileUsed(config.canaryWeight, stackFile.name);
  refuseWhileUsed(live?.weights.canary ?? 0, "the live route");
  if (!config.canaryEnabled && !workload) return "There is no canary.";
  await changeStack(lab, { canaryEnabled: false }, { say, onLine: showLines(say) });
  return "The canary is removed.";
}
