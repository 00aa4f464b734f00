import type { AskProxy } from "../../../../stacks/live/proxies/pod-access.ts";
import { waitForEndpoints } from "../../../../stacks/live/proxies/sidecar-endpoints.ts";
import { waitForSplit } from "../../../../stacks/live/proxies/sidecar-route.ts";
import { type Lab, reread } from "../../lab.ts";
import { istioRoute } from "../../traffic/istio-route.ts";
import { refuse } from "../refusals.ts";
import { quietSeconds } from "../rolled-back.ts";
import type { ReleaseStrategy } from "../strategy.ts";
import { abortNow, abortRollout, isStoppable, retryRollout } from "./abort.ts";
import { beginRelease, endRelease } from "./canary.ts";
import { ControllerAwayError } from "./controller.ts";
import { noteFinished } from "./finished.ts";
import { finishRollout, promoteRollout } from "./promote.ts";
import { mustReadRollout, readRelease } from "./read.ts";
import { rollBackRollout } from "./roll-back.ts";

/** One Rollout, whose controller moves the traffic: by weights, or from one colour to the other. */
const rollout: Omit<ReleaseStrategy, "reach"> = {
  owner: "rollout-controller",
  read: readRelease,
  restore: async (lab) => reread(lab),
  setTraffic: refuse(
    "With the strategies rollout-canary and rollout-blue-green the traffic is moved by the Rollouts controller, which would take any other weight back.",
    "npx canaryctl promote",
    "npx canaryctl abort",
  ),
  noteFinished,
  createCanary: beginRelease,
  deleteCanary: endRelease,
  promote: promoteRollout,
  promoteFully: finishRollout,
  abort: abortRollout,
  retry: retryRollout,
  undo: refuse(
    "A Rollout is not undone revision by revision: it goes back to its stable one.",
    "npx canaryctl rollback",
  ),
  rollback: rollBackRollout,
  halt: async (lab, say) => {
    if (!isStoppable((await mustReadRollout(lab)).status)) return;
    await abortNow(lab, say, quietSeconds).catch((error: unknown) => {
      if (!(error instanceof ControllerAwayError)) throw error; // the traffic is back
    });
  },
};

export const rolloutCanary: ReleaseStrategy = {
  ...rollout,
  reach: async (ask, { cluster, config }) => {
    const route = await istioRoute.read(cluster, config);
    if (!route) throw istioRoute.missing(config);
    await waitForSplit(ask, config, route.weights);
  },
};

export const rolloutBlueGreen: ReleaseStrategy = { ...rollout, reach: reachActive };

async function reachActive(ask: AskProxy, lab: Lab): Promise<void> {
  const { status } = await mustReadRollout(lab);
  const { app } = lab.config;
  const labels = { app, "rollouts-pod-template-hash": status.hashes.active };
  await waitForEndpoints(ask, lab.cluster, lab.config, { service: `${app}-active`, labels });
}
