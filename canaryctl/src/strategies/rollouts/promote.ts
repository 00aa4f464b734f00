import { ApiError } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { noVerdict, type RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import type { RolloutStatus } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutLine } from "../../../../canary/rollout/rollout-words.ts";
import type { Lab } from "../../lab.ts";
import { engineView } from "../../print.ts";
import { isOfImage } from "../../traffic/replica-sets.ts";
import { nothingToPromote } from "../refusals.ts";
import { writeRelease } from "../release-end.ts";
import type { Say } from "../strategy.ts";
import { currentRevision, imageOfRevision, type LiveRollout, mustReadRollout } from "./read.ts";
import { tellController, unpauseSpec } from "./tell.ts";
import { placeOf, untilRollout } from "./wait.ts";

/** How long pods may take that a step needs, and those of the whole workload. */
const stepSeconds = 120;
const wholeSeconds = 300;
/** How long an update that waits for the beginning of the release may take to see that it has ended. */
const waitSeconds = 120;

/**
 * Ends the present pause. A Rollout that does not pause would take the same patch and do nothing, or leave out a step: that is refused.
 * The patches are those of `kubectl argo rollouts promote` 1.9 (pkg/kubectl-argo-rollouts/cmd/promote).
 *
 * @returns where it stands when the step after the pause is done; a release that is finished is written to the config
 */
export async function promoteRollout(lab: Lab, say: Say): Promise<string> {
  const paused = await mustReadRollout(lab);
  const { rollout, status } = paused;
  if (!lab.config.canaryEnabled && status.isFullyPromoted) throw nothingToPromote(lab);
  if (status.isFullyPromoted && status.phase === "Healthy") return writeFinished(lab, status, say);
  if (status.phase !== "Paused") throw notPaused(lab, status);
  await endPause(lab, paused);
  if (rollout.spec.paused) await unpauseSpec(lab);
  const isRepeated = status.strategy === "blueGreen" && status.pause?.reason === noVerdict;
  const isThere = isRepeated ? isAnalysedAgain : hasMoved;
  const live = await untilRollout(
    lab,
    "The effect of the promotion",
    stepSeconds,
    ({ status: now }) => isThere(status, now),
    { needsPods: true },
  );
  const line = rolloutLine(live.status);
  if (isRepeated)
    return withNext(
      `The analysis is repeated, and needs requests meanwhile: ${line}. With --full the release does without it.`,
      "npx canaryctl status",
      "npx canaryctl promote --full",
    );
  if (live.status.isFullyPromoted && live.status.phase === "Healthy") return writeFinished(lab, live.status, say);
  const next = live.status.isWaitingForUser ? "npx canaryctl promote" : "npx canaryctl status --watch";
  return withNext(`Promoted: ${line}.`, next, "npx canaryctl abort");
}

async function writeFinished(lab: Lab, status: RolloutStatus, say: Say): Promise<string> {
  await mustRelease(lab, status);
  say(`${rolloutLine(status)}: writing it to the config.`);
  return writeRelease(lab, { say, waitSeconds, view: engineView(say) });
}

/** Ends the pause that was seen, and no other: two promotions at once would both read the one, and the second would end the next. */
async function endPause(lab: Lab, { rollout, status }: LiveRollout): Promise<void> {
  try {
    await tellController(lab, unpaused(rollout), rollout.metadata.resourceVersion);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    const now = await mustReadRollout(lab);
    if (now.status.phase !== "Paused") throw notPaused(lab, now.status);
    if (!isSamePause(status, now.status)) throw goneOn(lab, now.status);
    await endPause(lab, now);
  }
}

const isSamePause = (before: RolloutStatus, now: RolloutStatus): boolean =>
  now.step === before.step &&
  now.pause?.reason === before.pause?.reason &&
  now.hashes.current === before.hashes.current;

const goneOn = (lab: Lab, status: RolloutStatus): UserError =>
  new UserError(`The Rollout has gone on meanwhile: ${rolloutLine(status)}.`, {
    place: placeOf(lab),
    next: "npx canaryctl promote",
  });

/**
 * A step's analysis without a verdict is left behind with its step: with its pause alone over, the controller would repeat it. That of
 * colours has no step, and is repeated.
 */
function unpaused({ spec, status = {} }: RolloutObject): object {
  const { controllerPause, pauseConditions, currentStepIndex = 0, canary } = status;
  const isLeft = canary?.currentStepAnalysisRunStatus?.status === "Inconclusive";
  if (!spec.strategy.canary || !isLeft || !controllerPause || !pauseConditions?.length)
    return { pauseConditions: null };
  const steps = spec.strategy.canary.steps?.length ?? 0;
  return { pauseConditions: null, controllerPause: false, currentStepIndex: Math.min(currentStepIndex + 1, steps) };
}

/** Another run has begun; the one before is known by its name. */
function isAnalysedAgain(before: RolloutStatus, now: RolloutStatus): boolean {
  const known = before.analyses.map(({ name }) => name);
  return now.isObserved && now.analyses.some(({ name }) => !known.includes(name));
}

/** Past the pause, and at the next step that takes its time; users have been switched where there are colours. */
function hasMoved(before: RolloutStatus, now: RolloutStatus): boolean {
  if (!now.isObserved) return false;
  if (now.strategy === "blueGreen") return now.hashes.active === now.hashes.current && now.phase !== "Paused";
  if (now.isFullyPromoted) return now.phase === "Healthy";
  return (now.step ?? 0) > (before.step ?? 0) && /^(pause|analysis|experiment)/.test(now.stepText ?? "");
}

/** Skips all pauses, steps and analyses that are left, then writes the release to the config. */
export async function finishRollout(lab: Lab, say: Say): Promise<string> {
  if (!lab.config.canaryEnabled) throw nothingToPromote(lab);
  const { rollout, status } = await mustReadRollout(lab);
  if (status.isAborted) {
    throw new UserError("The release is aborted: its revision gets no traffic.", {
      place: placeOf(lab),
      next: "npx canaryctl retry && npx canaryctl promote --full",
    });
  }
  await mustRelease(lab, status);
  if (rollout.spec.paused) await unpauseSpec(lab);
  if (!status.isFullyPromoted) await tellController(lab, { promoteFull: true });
  const live = await untilRollout(
    lab,
    "The end of the release",
    wholeSeconds,
    ({ status: now }) => now.isObserved && now.isFullyPromoted && now.phase === "Healthy",
    { say, needsPods: true },
  );
  return writeFinished(lab, live.status, say);
}

/** What is promoted is the Rollout's revision, and what is written is the config's image: they must be the same. */
async function mustRelease(lab: Lab, status: RolloutStatus): Promise<void> {
  const { canaryImage } = lab.config;
  const current = await currentRevision(lab, status);
  if (current && isOfImage(current, canaryImage)) return;
  throw new UserError(`The Rollout is at ${imageOfRevision(current)}, and the config's canary is ${canaryImage}.`, {
    place: `canaryImage in ${lab.stackFile.name}`,
    next: [`npx canaryctl create-canary --image ${quoted(canaryImage)}`, "npx canaryctl rollback"],
  });
}

function notPaused(lab: Lab, status: RolloutStatus): UserError {
  const next = {
    Healthy: ["npx canaryctl promote --full"],
    Progressing: ["npx canaryctl status --watch && npx canaryctl promote", "npx canaryctl promote --full"],
    Degraded: ["npx canaryctl rollback", ...(status.isAborted ? ["npx canaryctl retry"] : [])],
    Paused: [],
  }[status.phase];
  return new UserError(`The Rollout does not pause, so there is nothing to promote: ${rolloutLine(status)}.`, {
    place: placeOf(lab),
    allowed: "a Rollout that is Paused",
    next,
  });
}
