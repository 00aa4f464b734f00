import { UserError, withNext } from "@canary-lab/kit/user-error";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import type { RolloutStatus } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutLine } from "../../../../canary/rollout/rollout-words.ts";
import { untilIdlePodsAreGone } from "../../../../stacks/live/idle-pods.ts";
import { imageOf } from "../../../../stacks/live/rollout-live.ts";
import type { Lab } from "../../lab.ts";
import { istioRoute } from "../../traffic/istio-route.ts";
import type { Say } from "../strategy.ts";
import { mustBeBackInProxies } from "./back-in-proxies.ts";
import { controllerAway, isControllerAway } from "./controller.ts";
import { type LiveRollout, mustReadRollout } from "./read.ts";
import { applyRestingRoute } from "./rest-route.ts";
import { tellController } from "./tell.ts";
import { placeOf, untilRollout } from "./wait.ts";

/** How long the controller may take to send the traffic back: seen are tenths of a second. */
const backSeconds = 60;

/**
 * How long the controller may take to move the route, in milliseconds, until it is moved here, and again where the controller sets it back.
 * It takes tenths of a second, and was seen to do nothing for 36 s. Half a second leaves the callers' proxies time to have the route within
 * two seconds of the command.
 */
const routeMilliseconds = 500;

/** How long a controller without a ready pod is waited for where the traffic is back, in milliseconds: it may be about to start. */
const awayMilliseconds = 5000;

/** How long a Rollout may be at fault meanwhile: whoever rolls back puts back what the controller lacks, and sooner than it looks again. */
const faultMilliseconds = 3000;

/**
 * Whether there is a release to stop, or may be one. A revision that the controller has yet to see has been aborted by nobody: it
 * forgets an abort of the one before.
 */
export const isStoppable = ({ hashes, isFullyPromoted, isAborted, isObserved }: RolloutStatus): boolean =>
  hashes.stable !== "" && !isFullyPromoted && !(isAborted && isObserved);

/**
 * Stops the release and gives the seconds until no request is routed to its revision, by the callers' proxies too; undefined where it has
 * ended meanwhile. The controller is told when it knows of a release, and again where it has forgotten: with a new revision it takes an
 * abort back (argo-rollouts 1.9.1, rollout/sync.go, resetRolloutStatus).
 *
 * @param proxySeconds how long the callers' proxies may take; default: as long as for a whole rollback
 * @throws ControllerAwayError where the traffic is back and no controller is there that could end the release
 */
export async function abortNow(lab: Lab, say: Say, proxySeconds?: number): Promise<number | undefined> {
  const started = performance.now();
  let movedAt = started;
  let restsSince: number | undefined;
  let isAway = false;
  const look = async ({ status }: LiveRollout) => {
    if (status.isFullyPromoted) return true;
    await tellToAbort(lab, status);
    const share = await canaryShare(lab, status);
    if (isAborted(status) && share === 0) return true;
    const now = performance.now();
    restsSince = share === 0 ? (restsSince ?? now) : undefined;
    if (restsSince !== undefined && now - restsSince > awayMilliseconds) isAway = await isControllerAway(lab.cluster);
    if (share && status.strategy === "canary" && now - movedAt > routeMilliseconds) {
      await applyRestingRoute(lab);
      if (movedAt === started)
        say("The Rollouts controller has moved nothing yet: the route is moved to the stable side here.");
      movedAt = performance.now();
    }
    return isAway;
  };
  const options = { faultMilliseconds };
  const { status } = await untilRollout(lab, "The way back of the traffic", backSeconds, look, options);
  if (status.isFullyPromoted) return undefined;
  await mustBeBackInProxies(lab, proxySeconds);
  if (isAway) throw controllerAway(((restsSince ?? started) - started) / 1000, placeOf(lab));
  return (performance.now() - started) / 1000;
}

/** Where the controller knows of the release. */
export async function tellToAbort(lab: Lab, { isObserved, isAborted, hashes }: RolloutStatus): Promise<void> {
  const isKnown = isObserved || hashes.current !== hashes.stable;
  if (isKnown && !isAborted) await tellController(lab, { abort: true });
}

/** Percent of the requests; undefined where there is no route. The route says so itself: the controller's word comes from its own plan. */
export async function canaryShare(
  { cluster, config }: Lab,
  { strategy, hashes }: RolloutStatus,
): Promise<number | undefined> {
  if (strategy === "blueGreen") return hashes.active === hashes.stable ? 0 : 100;
  return (await istioRoute.read(cluster, config))?.weights.canary;
}

/** By the controller, which was only told before. */
const isAborted = (status: RolloutStatus): boolean => status.isAborted && status.phase === "Degraded";

export const isBack = async (lab: Lab, { status }: LiveRollout): Promise<boolean> =>
  isAborted(status) && (await canaryShare(lab, status)) === 0;

export async function abortRollout(lab: Lab, say: Say): Promise<string> {
  const { status: before } = await mustReadRollout(lab);
  const seconds = isStoppable(before) ? await abortNow(lab, say) : undefined;
  if (seconds !== undefined)
    return withNext(
      `Aborted: no request is routed to the new revision since ${seconds.toFixed(1)} s after the command. The config still asks for it.`,
      "npx canaryctl rollback",
      "npx canaryctl retry",
    );
  const { status } = await mustReadRollout(lab);
  if (status.isAborted)
    return withNext("The release is aborted already.", "npx canaryctl rollback", "npx canaryctl retry");
  throw new UserError(`No release is under way: ${rolloutLine(status)}.`, {
    place: placeOf(lab),
    next: "npx canaryctl rollback",
  });
}

/** Seconds in which the controller begins again. */
const beginSeconds = 60;

export async function retryRollout(lab: Lab, say: Say): Promise<string> {
  const { cluster, config } = lab;
  const { rollout, status } = await mustReadRollout(lab);
  if (!status.isAborted) {
    throw new UserError(`The Rollout is not aborted, so there is nothing to retry: ${rolloutLine(status)}.`, {
      place: placeOf(lab),
      next: "npx canaryctl status",
    });
  }
  const image = status.strategy === "blueGreen" && rollout.spec.template && imageOf(rollout.spec.template);
  if (image) await untilIdlePodsAreGone(cluster, config, image, { say });
  await tellController(lab, begunAgain(rollout));
  const live = await untilRollout(
    lab,
    "The new beginning",
    beginSeconds,
    ({ status: now }) => !now.isAborted && now.isObserved && now.phase !== "Degraded",
  );
  return withNext(`Begun again: ${rolloutLine(live.status)}.`, "npx canaryctl status");
}

/**
 * The runs that failed are forgotten. While pods of the aborted revision are kept, the controller looks at none in its first pass, and
 * in the next it takes a failed one for the new one, and aborts again (argo-rollouts 1.9.1, rollout/analysis.go, reconcileAnalysisRuns).
 */
function begunAgain({ spec, status = {} }: RolloutObject): object {
  const strategy = spec.strategy.canary ? "canary" : "blueGreen";
  const runs = Object.keys(status[strategy] ?? {}).filter((field) => field.endsWith("AnalysisRunStatus"));
  if (runs.length === 0) return { abort: false };
  return { abort: false, [strategy]: Object.fromEntries(runs.map((field) => [field, null])) };
}
