import { UserError, withNext } from "@canary-lab/kit/user-error";
import { nextWeight, weightsBetween } from "../../../../canary/plan/plan.ts";
import { toWeight, type Weight } from "../../../../canary/weight.ts";
import { isSameShare, shareText } from "../../../../stacks/live/proxies/share.ts";
import { applyOnly } from "../../applied.ts";
import type { UpdateOptions } from "../../engine/update.ts";
import type { ConfigChanges, Lab } from "../../lab.ts";
import { engineView } from "../../print.ts";
import { moveSeconds, patiently } from "../../traffic/patiently.ts";
import { askedShare, isForeign, type LiveRoute, type Route } from "../../traffic/route.ts";
import { nothingToPromote } from "../refusals.ts";
import { previousOf, released } from "../release-end.ts";
import type { PromoteOptions, Say } from "../strategy.ts";
import { mustMayPromote } from "./may-promote.ts";
import { moveTraffic } from "./move-traffic.ts";

const withWeight = (lab: Lab, canaryWeight: Weight): Lab => ({ ...lab, config: { ...lab.config, canaryWeight } });

/**
 * The next weight of the plan. After the last one it says how the release is finished.
 *
 * @throws UserError where the config's weight is not the live one: a stage after it could be one that skips others
 */
export async function promoteWeight(lab: Lab, route: Route, say: Say, options: PromoteOptions = {}): Promise<string> {
  const { config, stackFile } = lab;
  if (!config.canaryEnabled) throw nothingToPromote(lab);
  const live = await mustReadRoute(lab, route);
  refuseOtherShare(lab, route, live);
  const next = nextWeight(config.plan, config.canaryWeight);
  if (next === undefined) {
    throw new UserError("The canary has all the traffic already: the plan has no further weight.", {
      place: `canaryWeight in ${stackFile.name}`,
      next: ["npx canaryctl promote --full", "npx canaryctl rollback"],
    });
  }
  await mustMayPromote(lab, live, "npx canaryctl promote", { ...options, say, route });
  const moved = await moveTraffic(withWeight(lab, next), route, say);
  const after = nextWeight(config.plan, next);
  return after === undefined
    ? withNext(`${moved}. With --full the canary becomes the stable version.`, "npx canaryctl promote --full")
    : withNext(
        `${moved}. The next step is ${shareText(route.wanted(withWeight(lab, after).config))}.`,
        "npx canaryctl promote",
        "npx canaryctl rollback",
      );
}

async function mustReadRoute({ cluster, config }: Lab, route: Route): Promise<LiveRoute> {
  const live = await route.read(cluster, config);
  if (!live) throw route.missing(config);
  return live;
}

/** @throws UserError where the config asks for another share than the live one: an update would move the traffic as well */
export function refuseOtherShare({ config, stackFile }: Lab, route: Route, live: LiveRoute): void {
  const asked = askedShare(live);
  const wanted = route.wanted(config);
  if (isSameShare(asked, wanted)) return;
  throw new UserError(
    `The traffic is at ${shareText(asked)} (stable/canary), and the config asks for ${shareText(wanted)}: which of the two holds is not known.`,
    {
      place: `canaryWeight in ${stackFile.name}`,
      next: ["npx canaryctl up", "npx canaryctl rollback"],
    },
  );
}

/**
 * Whether a promote --full was stopped on its way, which the next one takes up: the route is ahead of the file at its end, or is back at
 * the stable side, which has the image already. Where only the engine can move it, the file is ahead of the pods.
 */
export function isStopped({ config }: Pick<Lab, "config">, route: Route, live: LiveRoute): boolean {
  if (isForeign(live.owner)) return false;
  const { canary } = askedShare(live);
  if (!route.apply) return config.canaryWeight === 100;
  return canary === 100 || (canary === 0 && config.stableImage === config.canaryImage);
}

/**
 * As {@link finishRelease}, for who promotes; the rest of the plan is left out, and named.
 *
 * @throws UserError where the config's weight is not the live one; before the bake time of the present stage is over, and while an alert
 * of the canary fires
 */
export async function promoteToEnd(lab: Lab, route: Route, say: Say, options: PromoteOptions = {}): Promise<string> {
  const { config } = lab;
  if (!config.canaryEnabled) throw nothingToPromote(lab);
  const live = await mustReadRoute(lab, route);
  if (!isStopped(lab, route, live)) refuseOtherShare(lab, route, live);
  await mustMayPromote(lab, live, "npx canaryctl promote --full", { ...options, say, route });
  const skipped = weightsBetween(config.plan, config.canaryWeight);
  if (skipped.length > 0)
    say(
      `The canary goes from ${config.canaryWeight} % to all of it: ${skipped.join(" %, ")} % of the plan are left out.`,
    );
  return finishRelease(lab, route, say);
}

/**
 * All the traffic to the canary, then its image to the stable side, which nobody reaches meanwhile, then the traffic back there, and
 * the canary goes. Each part can be repeated: a run that was stopped is taken up by the next.
 */
export async function finishRelease(lab: Lab, route: Route, say: Say): Promise<string> {
  const { cluster, config } = lab;
  const { canaryImage } = config;
  if (!config.canaryEnabled) throw nothingToPromote(lab);
  const live = await mustReadRoute(lab, route);
  const all = withWeight(lab, toWeight(100));
  const options = { say, view: engineView(say) };
  const grown = await growCanary(all, route, options);
  if (live.weights.canary !== 100 || config.canaryWeight !== 100) say(await moveTraffic(all, route, say));

  const moved = await applyOnly(all, { stableImage: canaryImage, ...previousOf(lab) }, { ...options, forNow: grown });
  say(`The stable side runs ${canaryImage} now: the traffic goes back there, and the canary goes.`);
  const none = { ...all.config, stableImage: canaryImage, canaryWeight: toWeight(0), canaryEnabled: false };
  await patiently(cluster, { seconds: moveSeconds, say }, async () => route.apply?.(cluster, none));
  await applyOnly(moved, { canaryWeight: 0, canaryEnabled: false }, options);
  return released(canaryImage);
}

/** The canary carries all of the traffic for a while, for which it gets as many pods as the stable side has; the config's number stays. */
async function growCanary(lab: Lab, route: Route, options: UpdateOptions): Promise<ConfigChanges> {
  const { replicas, canaryReplicas, allowOverload, autoscaling } = lab.config;
  if (autoscaling) return {}; // the number is the autoscaler's: the move is refused where it is too low
  if (!route.hasIdlePods || canaryReplicas >= replicas || allowOverload) return {};
  options.say(
    `The canary gets ${replicas} pods, for all of the traffic is to go there; the config asks for ${canaryReplicas}.`,
  );
  const forNow = { canaryReplicas: replicas };
  await applyOnly(lab, {}, { ...options, forNow, targets: ["**::canary-deployment"] });
  return forNow;
}
