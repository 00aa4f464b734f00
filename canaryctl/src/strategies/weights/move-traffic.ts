import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { deploymentName, versions } from "../../../../components/names.ts";
import { updateStack } from "../../engine/update.ts";
import type { Lab } from "../../lab.ts";
import type { LiveRoute, Route } from "../../traffic/route.ts";
import { isSameShare, type Share, shareText } from "../../traffic/share.ts";
import { readWorkload } from "../../traffic/workloads.ts";
import type { Say } from "../strategy.ts";
import { restoreRoute } from "./restore.ts";

/**
 * Moves the traffic to the weight of `lab.config`, in the cluster, in the stack's file and in the state.
 *
 * Less for the canary takes effect at once, in front of everything else. More for it goes through the engine alone, so that nothing
 * reaches the canary that the engine (and its policies) did not accept.
 *
 * @returns what was done, in one line
 * @throws UserError where the canary has no ready pods; where the update fails, with the file as it was unless the traffic has moved;
 * where another command has set another weight meanwhile
 */
export async function moveTraffic(lab: Lab, route: Route, say: Say): Promise<string> {
  const { cluster, config, stackFile } = lab;
  const [before, canary] = await Promise.all([
    route.read(cluster, config),
    readWorkload(cluster, config, versions.canary),
  ]);
  if (!before) throw route.missing(config);
  const to = route.wanted(config);
  const isRise = to.canary > before.weights.canary;
  if (isRise && !canary) throw noCanary(lab);
  if (isRise && route.hasIdlePods && canary?.ready === 0) throw notReady(lab, canary.wanted);
  if (!isRise) await route.apply?.(cluster, config);
  stackFile.set({ canaryWeight: config.canaryWeight });
  try {
    await updateStack(lab, { say });
  } catch (error) {
    await restoreUnlessMoved(lab, route, before);
    throw error;
  }
  // The engine has accepted the weight; where it remembered that one, it wrote nothing, whatever was live.
  const after = await restoreRoute(lab, route, say);
  if (after.config.canaryWeight !== config.canaryWeight) throw overtaken(route.wanted(after.config));
  return `Traffic: ${shareText(before.weights)} -> ${shareText(to)} (stable/canary)`;
}

/** The stack's file says what is: a failed update leaves the new weight in it only where the traffic has moved. */
async function restoreUnlessMoved({ cluster, config, stackFile }: Lab, route: Route, before: LiveRoute): Promise<void> {
  const now = await route.read(cluster, config).catch(() => before);
  if (!now || !isSameShare(now.weights, route.wanted(config))) stackFile.restore();
}

const overtaken = (now: Share): UserError =>
  new UserError(`Another command has set the traffic to ${shareText(now)} meanwhile, and that is what holds.`, {
    next: "npx canaryctl status",
  });

const placeOfCanary = ({ config }: Lab): string =>
  `deployment ${config.namespace}/${deploymentName(config.app, versions.canary)}`;

export const noCanary = (lab: Lab): UserError =>
  new UserError("There is no canary: its share of the traffic would get errors.", {
    place: placeOfCanary(lab),
    next: `npx canaryctl create-canary --image ${quoted(lab.config.canaryImage)}`,
  });

const notReady = (lab: Lab, wanted: number): UserError =>
  new UserError(`The canary has no ready pod of ${wanted}: its share of the traffic would get errors.`, {
    place: placeOfCanary(lab),
    next: `kubectl -n ${lab.config.namespace} describe deployment ${deploymentName(lab.config.app, versions.canary)}`,
  });
