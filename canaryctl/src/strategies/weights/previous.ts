import { toWeight } from "../../../../canary/weight.ts";
import { applyOnly } from "../../applied.ts";
import type { Lab } from "../../lab.ts";
import { engineView } from "../../print.ts";
import type { Route } from "../../traffic/route.ts";
import { restored } from "../release-end.ts";
import type { Say } from "../strategy.ts";
import { finishRelease } from "./promote.ts";

/**
 * Takes a release back that promote --full has ended: the image before it runs as a canary first, with no share and as many pods as
 * the stable side, and becomes the stable version as any other does, so that no request is lost. It can be repeated: a run that was
 * stopped leaves a canary, which promote --full or rollback ends.
 */
export async function restorePrevious(lab: Lab, route: Route, previous: string, say: Say): Promise<string> {
  const { stableImage, replicas } = lab.config;
  say(
    `No release is under way: ${stableImage} is the stable version. ${previous}, which was before it, is brought back.`,
  );
  const begun = { canaryEnabled: true, canaryImage: previous, canaryWeight: 0 };
  const forNow = route.hasIdlePods ? { canaryReplicas: replicas } : {};
  const created = await applyOnly(lab, begun, { say, view: engineView(say), forNow });
  const canary = { ...created.config, canaryEnabled: true, canaryImage: previous, canaryWeight: toWeight(0) };
  await finishRelease({ ...created, config: canary }, route, say);
  lab.stackFile.set({ previousImage: "" }); // a second rollback must not bring back what this one gave up
  return restored(previous);
}
