import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { hasBegun, type RolloutStatus, readRollout } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutLine } from "../../../../canary/rollout/rollout-words.ts";
import { rolloutPath } from "../../../../cluster/kube/paths.ts";
import { mostReplicas } from "../../../../stacks/config/objects.ts";
import { applyOnly, writeChanges } from "../../applied.ts";
import { missing } from "../../kube/missing.ts";
import { type ConfigChanges, type Lab, reread } from "../../lab.ts";
import { engineView } from "../../print.ts";
import { AwayError } from "../../traffic/patiently.ts";
import { isOfImage, type Revision, readRevisions } from "../../traffic/replica-sets.ts";
import { isWrittenBack, nothingTo } from "../nothing.ts";
import { previousImage, restored } from "../release-end.ts";
import { lockSeconds, onlyTheState, quietSeconds } from "../rolled-back.ts";
import type { Say } from "../strategy.ts";
import { abortNow, canaryShare, isBack, isStoppable, tellToAbort } from "./abort.ts";
import { mustBeBackInProxies } from "./back-in-proxies.ts";
import { ControllerAwayError } from "./controller.ts";
import { takeBackNotBegun } from "./not-begun.ts";
import { type LiveRollout, mustReadRollout } from "./read.ts";
import { isGone, readRouteParts, restRoute } from "./rest-route.ts";
import { tellController } from "./tell.ts";
import { untilRollout } from "./wait.ts";

/**
 * Acts on the Rollout first: what is under way is aborted, and the traffic is back before anything else is done. Then the config and
 * the state agree with it. A version that has been promoted to the end has no old pods to go back to: they are made first, and get the
 * traffic when they are ready. So it is after a release that is written to the config: the image before it becomes the stable one again.
 */
export async function rollBackRollout(lab: Lab, say: Say): Promise<string> {
  const done = await sendBack(lab, say);
  await mustBeBackInProxies(lab);
  return done;
}

async function sendBack(lab: Lab, say: Say): Promise<string> {
  const { app, namespace } = lab.config;
  const [rollout, parts] = await Promise.all([
    lab.cluster.get<RolloutObject>(rolloutPath(namespace, app)),
    readRouteParts(lab),
  ]);
  if (!rollout && !lab.applied) throw missing("Rollout", app, namespace);
  const status = rollout && readRollout(rollout);
  if (isGone(lab, parts)) {
    if (status && isStoppable(status)) await tellToAbort(lab, status); // first: with its route the controller goes on from where it was
    if (rollout && status) await takeBackNotBegun(lab, rollout, status);
    await restRoute(lab, parts, status, say);
  }
  if (!status) return remake(lab, say);
  const previous = isSettled(status) ? previousImage(lab) : imageOnItsWayBack(lab);
  if (previous) return restorePrevious(lab, previous, say);
  const isAtRest =
    isSettled(status) && !isGone(lab, parts) && isWrittenBack(lab) && (await canaryShare(lab, status)) === 0;
  const isBack = isStoppable(status) ? await goBackFirst(lab, rollout, say) : await isBackAlready(lab);
  try {
    const revisions = await readRevisions(lab.cluster, lab.config);
    const changes = { canaryEnabled: false, ...stableAgain(lab, status, revisions, say) };
    writeChanges(lab, changes);
    const now = lab.applied || lab.fileFault ? lab : reread(lab); // refuses what else is wrong with the config, all of it at once
    const wasThere = (status: RolloutStatus) => revisions.some(({ hash }) => hash === status.hashes.current);
    await goBack(now, changes, wasThere, say);
  } catch (error) {
    throw isBack ? onlyTheState(error) : error;
  }
  return isAtRest && (await isStillAt(lab, status.hashes.current))
    ? nothingTo("roll back", "the stable image has all the traffic, as before")
    : rolledBack;
}

/** Whether the Rollout has the revision that it had. What is done is done where nobody can say so. */
const isStillAt = (lab: Lab, revision: string): Promise<boolean> =>
  mustReadRollout(lab).then(
    ({ status }) => status.hashes.current === revision,
    () => false,
  );

/** Where the release that is given up is one of `stableImage` itself, as after an edit and `up`, the config gets the image that runs back. */
function stableAgain(
  { config: { stableImage } }: Lab,
  { hashes }: RolloutStatus,
  revisions: readonly Revision[],
  say: Say,
): ConfigChanges {
  const [given, stable] = [hashes.current, hashes.stable].map((hash) => revisions.find((one) => one.hash === hash));
  if (!given || !stable?.reference || !isOfImage(given, stableImage) || isOfImage(stable, stableImage)) return {};
  say(`${stableImage} is given up: stableImage is ${stable.reference} again, which runs.`);
  return { stableImage: stable.reference };
}

const rolledBack = "Rolled back: the stable image has all the traffic, in the cluster, in the config and in the state.";

/** A Rollout that is gone has no release to stop: it is made again, by what was applied, with the stable image. */
async function remake(lab: Lab, say: Say): Promise<string> {
  writeChanges(lab, { canaryEnabled: false });
  await update(lab, { canaryEnabled: false }, say);
  await untilRollout(lab, "The end of the rollback", wholeSeconds, ({ status }) => isSettled(status), {
    say,
    needsPods: true,
  });
  return rolledBack;
}

/** Such as a Service is made again, too, without which the controller moves nothing. */
const update = (lab: Lab, changes: ConfigChanges, say: Say, forNow: ConfigChanges = {}) =>
  applyOnly(lab, changes, { say, waitSeconds: lockSeconds(lab), view: engineView(say), remakes: true, forNow });

/**
 * The number of pods that somebody has scaled the Rollout to stays for now, and the next `up` takes it back: an aborted Rollout whose
 * template changes together with that number is looked at for its number alone, from then on (argo-rollouts 1.9.1, rollout/sync.go,
 * isScalingEvent; seen).
 */
function podsAsTheyAre({ config }: Lab, { spec: { replicas = config.replicas } }: RolloutObject): ConfigChanges {
  const isScaled = !config.autoscaling && replicas !== config.replicas && replicas > 0 && replicas <= mostReplicas;
  return isScaled ? { replicas } : {};
}

/** An abort alone does not say it: somebody may have moved the route, or taken it away, since. */
async function isBackAlready(lab: Lab): Promise<boolean> {
  if (!(await isBack(lab, await mustReadRollout(lab)))) return false;
  return mustBeBackInProxies(lab, 0).then(
    () => true,
    () => false,
  );
}

/** The note of the image before stays until its pods have all the traffic: a run that was stopped is taken up by the next. */
async function restorePrevious(lab: Lab, previous: string, say: Say): Promise<string> {
  say(`No release is under way: ${previous}, which was the stable version before, is brought back.`);
  await goBack(lab, { stableImage: previous }, () => true, say);
  lab.stackFile.set({ previousImage: "" }); // a second rollback must not bring back what this one gave up
  return restored(previous);
}

/** The image that a rollback which was stopped has begun to bring back. */
const imageOnItsWayBack = ({ config: { canaryEnabled, stableImage, previousImage } }: Lab): string | undefined =>
  !canaryEnabled && stableImage === previousImage ? previousImage : undefined;

async function goBack(
  lab: Lab,
  changes: ConfigChanges,
  wasThere: (status: RolloutStatus) => boolean,
  say: Say,
): Promise<void> {
  const isAtRest = ({ status }: LiveRollout) => isSettled(status) || (hasBegun(status) && !wasThere(status));
  const { rollout } = await mustReadRollout(lab);
  await withoutSteps(lab, wasThere, async () => {
    await update(lab, changes, say, podsAsTheyAre(lab, rollout));
    const { status } = await untilRollout(lab, "The end of the rollback", wholeSeconds, isAtRest, {
      say,
      needsPods: true,
    });
    if (!isSettled(status)) throw neverRan(lab, status);
  });
}

/**
 * Whether the traffic is back already. A controller that does not answer, or a proxy that lags, is no reason to leave the config and the
 * template at the canary: the release would begin when the controller is there again. The proxies are waited for at the end. Where no
 * controller is there, nothing is left to wait for: the next rollback goes on.
 */
async function goBackFirst(lab: Lab, rollout: RolloutObject, say: Say): Promise<boolean> {
  try {
    const seconds = await abortNow(lab, say, quietSeconds);
    if (seconds === undefined) return false;
    say(`All traffic is routed to the stable side, ${seconds.toFixed(1)} s after the Rollout was told.`);
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof AwayError) throw error;
    if (error instanceof ControllerAwayError) {
      writeChanges(lab, { canaryEnabled: false });
      await takeBackNotBegun(lab, rollout, readRollout(rollout));
      if (!lab.fileFault)
        say(`canaryEnabled is false in ${lab.stackFile.name}; the Rollout and the state are not yet.`);
      throw error;
    }
    say(`${error.message.replace(/\.?$/, ".")} The config and the Rollout go back all the same.`);
    return false;
  }
}

/** How long pods of the stable image may take, where there are none any more. */
const wholeSeconds = 300;

const isSettled = (status: RolloutStatus): boolean =>
  status.isObserved && status.isFullyPromoted && status.phase === "Healthy";

const neverRan = (lab: Lab, status: RolloutStatus): UserError =>
  new UserError(`${lab.config.stableImage} never ran here, so it goes through the steps: ${rolloutLine(status)}.`, {
    place: `stableImage in ${lab.stackFile.name}`,
    next: [status.isWaitingForUser ? "npx canaryctl promote" : "npx canaryctl status --watch", "npx canaryctl abort"],
  });

const betweenLooksMilliseconds = 250;

/**
 * Going back to the stable image must not wait at the steps of a release: once the controller has begun, it is told to skip them. Only a
 * revision that was there before is let through like this: a stable image that was put into the config meanwhile has been tried by nobody.
 */
async function withoutSteps(
  lab: Lab,
  wasThere: (status: RolloutStatus) => boolean,
  goBack: () => Promise<void>,
): Promise<void> {
  const { status: before } = await mustReadRollout(lab);
  const isOnItsWay = !before.isFullyPromoted && imageOnItsWayBack(lab) !== undefined;
  let isOver = false;
  const skip = async () => {
    while (!isOver) {
      await pause(betweenLooksMilliseconds);
      const { status } = await mustReadRollout(lab);
      const isNew = status.isObserved && (isOnItsWay || status.hashes.current !== before.hashes.current);
      if (!isNew || status.isFullyPromoted || !wasThere(status)) continue;
      await tellController(lab, { ...(status.isAborted && { abort: false }), promoteFull: true });
      return;
    }
  };
  // Where it cannot be told, it goes through its steps, and the update waits for them.
  const skipping = skip().catch(() => undefined);
  try {
    await goBack();
  } finally {
    isOver = true;
    await skipping;
  }
}
