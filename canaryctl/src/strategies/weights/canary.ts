import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { versions } from "../../../../components/names.ts";
import { changeStack } from "../../engine/update.ts";
import type { Lab } from "../../lab.ts";
import { percent, showLines } from "../../print.ts";
import { askedShare, type Route } from "../../traffic/route.ts";
import { readWorkload } from "../../traffic/workloads.ts";
import { refuseWhileUsed } from "../refusals.ts";
import type { Say } from "../strategy.ts";

/**
 * A canary that has a share of the traffic may get other pods, and no other image: users would meet that one before its first stage.
 *
 * @throws UserError where the image is another one while the live route, or the config that is about to be applied, gives it a share
 */
export async function refuseUntestedImage(lab: Lab, route: Route): Promise<void> {
  const { cluster, config, stackFile } = lab;
  const { canaryImage } = config;
  const present = String(stackFile.values().canaryImage);
  if (canaryImage === present) return;
  const live = await route.read(cluster, config);
  if (!live) return;
  const asked = askedShare(live).canary;
  const isLive = asked > 0;
  const share = isLive ? asked : route.wanted(config).canary;
  if (share === 0) return;
  const give = isLive ? `The canary ${present} has` : "The config gives the canary";
  const begin = `npx canaryctl create-canary --image ${quoted(canaryImage)}`;
  throw new UserError(`${give} ${percent(share / 100)} of the traffic, which ${canaryImage} would get untested.`, {
    place: isLive ? "the live route" : `canaryWeight in ${stackFile.name}`,
    allowed: `${present}, or any image while the canary has 0 %`,
    next: [
      ...(asked === 100 ? [`npx canaryctl promote --full && ${begin}`] : []),
      `npx canaryctl rollback && ${begin}`,
    ],
  });
}

/**
 * Deploys the canary that `lab.config` describes, beside the stable side.
 *
 * @param route.wanted the split that the config means; absent where a header decides
 */
export async function createCanary(
  lab: Lab,
  route: Pick<Route, "hasIdlePods"> & Partial<Pick<Route, "wanted">>,
  say: Say,
): Promise<string> {
  const { canaryImage, canaryReplicas } = lab.config;
  const pods = route.hasIdlePods ? { canaryReplicas } : {};
  await changeStack(lab, { canaryEnabled: true, canaryImage, ...pods }, { say, onLine: showLines(say) });
  const count = route.hasIdlePods ? `${canaryReplicas} pods, ` : "";
  const share = route.wanted ? `${percent(route.wanted(lab.config).canary / 100)} of the traffic` : "for the header";
  return `The canary runs: ${canaryImage}, ${count}${share}.`;
}

/**
 * Removes the canary's workload; where there is none, nothing is done.
 *
 * @throws UserError while the config or the live route gives the canary a share of the traffic
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
