import { quoted } from "@canary-lab/kit/programs";
import { until } from "@canary-lab/kit/until";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { probationSeconds } from "../../../../components/rolling-update/render-rolling-update.ts";
import { waitForEndpoints } from "../../../../stacks/live/proxies/sidecar-endpoints.ts";
import { applyOnly, writeChanges } from "../../applied.ts";
import { changeOnly } from "../../change-only.ts";
import { EngineBusyError, InterruptedError } from "../../engine/engine-failure.ts";
import { type ConfigChanges, type Lab, reread } from "../../lab.ts";
import { engineView } from "../../print.ts";
import { isOfImage } from "../../traffic/replica-sets.ts";
import { isWrittenBack, nothingTo } from "../nothing.ts";
import { nothingToPromote, refuse, refuseStableImage, underWay, withoutRollout } from "../refusals.ts";
import { previousImage, removeUnused, restored, withoutPrevious, writeRelease } from "../release-end.ts";
import { lockSeconds, onlyTheState } from "../rolled-back.ts";
import type { ReleaseStrategy, Say } from "../strategy.ts";
import { type LiveDeployment, mustReadDeployment, readDeployment, readRelease } from "./read.ts";
import { turnBack } from "./turn-back.ts";

/** One Deployment, whose controller replaces its pods one by one. */
export const rollingUpdate: ReleaseStrategy = {
  owner: "deployment-controller",
  read: readRelease,
  reach: (ask, { cluster, config }) =>
    waitForEndpoints(ask, cluster, config, { service: config.app, labels: { app: config.app } }),
  restore: async (lab) => reread(lab),
  setTraffic: (lab) =>
    refuse(
      "With strategy rolling-update the traffic follows the pods, which the Deployment's controller replaces by itself.",
      underWay(lab, "npx canaryctl undo"),
    )(),
  createCanary: begin,
  deleteCanary: remove,
  promote: (lab) =>
    refuse(
      "With strategy rolling-update there are no stages: it goes on by itself as its pods become ready.",
      underWay(lab, "npx canaryctl status && npx canaryctl promote --full"),
    )(),
  promoteFully: finish,
  ...withoutRollout("rolling-update", "npx canaryctl undo"),
  undo,
  rollback: goBack,
  halt: async (lab, say) => {
    await turnBack(lab, say);
  },
};

const placeOf = ({ config }: Lab): string => `deployment ${config.namespace}/${config.app}`;

async function begin(lab: Lab, say: Say): Promise<string> {
  const { canaryImage } = lab.config;
  refuseStableImage(lab);
  await changeOnly(lab, { canaryEnabled: true, canaryImage, ...withoutPrevious(lab) }, { say, view: engineView(say) });
  const { current, asked } = await untilOnly(lab, canaryImage);
  return withNext(
    `All ${asked} pods run ${canaryImage} (revision ${current?.revision ?? "?"}). With --full it is written to the config.`,
    "npx canaryctl promote --full",
    "npx canaryctl undo",
  );
}

/** How long an update of all pods may take beyond what their start takes, in seconds: each has to be ready for some time. */
const probation = ({ config }: Lab): number => probationSeconds({ ...config.rollingUpdate, replicas: config.replicas });

/** Waits until all pods run `image`. The engine's wait can end while the last of the other pods still serve what they have begun. */
async function untilOnly(lab: Lab, image: string): Promise<LiveDeployment> {
  let live = await mustReadDeployment(lab);
  const look = async () => {
    live = await mustReadDeployment(lab);
    const { phase, current } = live;
    if (phase === "Healthy" && current && !isOfImage(current, image)) {
      throw new UserError(
        `Another command has changed the Deployment meanwhile: its pods run ${current.reference ?? current.version}.`,
        { place: placeOf(lab), next: "npx canaryctl status" },
      );
    }
    return phase === "Degraded" || (phase === "Healthy" && current && othersOf(live).length === 0);
  };
  const isOver = await until(look, { seconds: 120 + probation(lab) });
  const { phase, message, current } = live;
  if (isOver && phase === "Healthy") return live;
  throw new UserError(`Not all pods run ${image}: ${phase}. ${message}`.trimEnd(), {
    place: [current, ...othersOf(live)].map((revision) => `${revision?.name} (${revision?.ready} ready)`).join(", "),
    next: ["npx canaryctl undo", "npx canaryctl status"],
  });
}

/** Revisions before the current one that have pods still. */
const othersOf = ({ revisions, current }: LiveDeployment) =>
  revisions.filter(({ ready, name }) => ready > 0 && name !== current?.name);

async function remove(lab: Lab, say: Say): Promise<string> {
  const { live } = await readRelease(lab);
  return removeUnused(lab, live, placeOf(lab), say);
}

async function finish(lab: Lab, say: Say): Promise<string> {
  const { canaryEnabled, canaryImage } = lab.config;
  if (!canaryEnabled) throw nothingToPromote(lab);
  const { phase, message, current } = await mustReadDeployment(lab);
  if (phase !== "Healthy" || !current || !isOfImage(current, canaryImage)) {
    throw new UserError(`The rolling update to ${canaryImage} is not done: ${phase}. ${message}`.trimEnd(), {
      place: placeOf(lab),
      next: ["npx canaryctl status && npx canaryctl promote --full", "npx canaryctl undo"],
    });
  }
  return writeRelease(lab, { say, view: engineView(say) });
}

/** A release that is finished is not undone: which of the earlier revisions is meant is for the user to say, in the config. */
async function undo(lab: Lab, say: Say): Promise<string> {
  const { canaryEnabled, stableImage } = lab.config;
  if (canaryEnabled) return goBack(lab, say);
  const { revisions } = await mustReadDeployment(lab);
  const earlier = revisions.slice(1).map(({ revision, version }) => `${revision} (${version})`);
  const version = revisions[1]?.version;
  throw new UserError("No release is under way that could be undone: the config has no canary.", {
    place: `canaryEnabled in ${lab.stackFile.name}; earlier revisions: ${earlier.join(", ") || "none"}`,
    next: version
      ? `npx canaryctl create-canary --image ${quoted(`${stableImage.replace(/(:[^/:@]*)?(@.*)?$/, "")}:${version}`)}`
      : "npx canaryctl status",
  });
}

/** Gives up the release that is under way, or takes back the one that is over: then the image before it becomes the stable one again. */
async function goBack(lab: Lab, say: Say): Promise<string> {
  const live = lab.applied ? await readDeployment(lab) : await mustReadDeployment(lab);
  const remakes = live === undefined; // by what was applied
  const previous = previousImage(lab);
  if (!previous) {
    const isAtRest = live?.phase === "Healthy" && othersOf(live).length === 0 && isWrittenBack(lab);
    const revision = await turnPodsBack(lab, { canaryEnabled: false }, { say, remakes });
    if (isAtRest && revision === live.current?.revision)
      return nothingTo("roll back", `all pods run ${lab.config.stableImage}, as before (revision ${revision})`);
    return `Undone: all pods run ${lab.config.stableImage} again (revision ${revision}), in the cluster, in the config and in the state.`;
  }
  await turnPodsBack(
    { ...lab, config: { ...lab.config, stableImage: previous } },
    { stableImage: previous },
    { say, remakes },
  );
  lab.stackFile.set({ previousImage: "" }); // a second rollback must not bring back what this one gave up
  return restored(previous);
}

/**
 * The pods first: the very update that is to be stopped can hold the stack for as long as it replaces them. Then the state agrees.
 * The config says so from the start, so that an `up` goes on from there where this is stopped.
 *
 * @returns the number of the revision that they run then
 */
async function turnPodsBack(
  lab: Lab,
  changes: ConfigChanges,
  { say, remakes }: { readonly say: Say; readonly remakes: boolean },
): Promise<number | string> {
  writeChanges(lab, changes);
  const goesBack = await turnBack(lab, say);
  const now = lab.applied || lab.fileFault ? lab : reread(lab); // refuses what else is wrong with the config, all of it at once
  const whileWaiting = async () => void (await turnBack(lab, say));
  const agree = () =>
    applyOnly(now, changes, { say, waitSeconds: lockSeconds(lab), whileWaiting, view: engineView(say), remakes });
  try {
    await agree();
  } catch (error) {
    if (!goesBack || error instanceof InterruptedError) throw error; // only the engine could turn them back, or the user waits no longer
    await untilOnly(now, now.config.stableImage);
    if (!(error instanceof EngineBusyError)) throw onlyTheState(error);
    // An update that was already running here has seen them go back, and ends.
    await agree().catch((again: unknown) => Promise.reject(onlyTheState(again)));
  }
  const { current } = await untilOnly(now, now.config.stableImage);
  return current?.revision ?? "?";
}
