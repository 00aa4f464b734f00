import { withNext } from "@canary-lab/kit/user-error";
import { ingressPath } from "../../../cluster/kube/paths.ts";
import { gatewayHost, sideServiceName, versions } from "../../../components/names.ts";
import { applyOnly } from "../applied.ts";
import { type Lab, reread } from "../lab.ts";
import { engineView } from "../print.ts";
import { readWorkloads } from "../traffic/workloads.ts";
import { noShares, notDeployedFault } from "./not-deployed.ts";
import { nothingToPromote, refuse, withoutRollout } from "./refusals.ts";
import { previousImage, previousOf, released as releasedLine, restored } from "./release-end.ts";
import type { Release, ReleaseStrategy, Say } from "./strategy.ts";
import { createCanary, mustHavePods } from "./weights/canary.ts";

const noWeights =
  "With strategy nginx-header there are no weights: who sends X-Canary: v2 gets the canary, nobody else.";

/** Two Ingresses of ingress-nginx, of which the canary's takes the requests with the header. */
export const nginxHeader: ReleaseStrategy = {
  owner: "ingress",
  read,
  reach: async () => {},
  restore: async (lab) => reread(lab),
  setTraffic: refuse(noWeights, "npx canaryctl rollback"),
  createCanary: (lab, say) => createCanary(lab, { hasIdlePods: true }, say),
  deleteCanary: remove,
  promote: refuse(noWeights, "npx canaryctl promote --full"),
  promoteFully: finish,
  ...withoutRollout("nginx-header", "npx canaryctl rollback"),
  undo: refuse("With strategy nginx-header there is no rolling update that could be undone.", "npx canaryctl rollback"),
  rollback: async (lab, say) => {
    const previous = previousImage(lab);
    if (previous) {
      const none = { stableImage: previous, previousImage: "" };
      await applyOnly(lab, none, { say, view: engineView(say) });
      return restored(previous);
    }
    await remove(lab, say);
    return "Rolled back: the header leads to the stable side, in the cluster, in the config and in the state.";
  },
};

async function read({ cluster, config }: Lab): Promise<Release> {
  const { app, namespace, canaryEnabled } = config;
  const wanted = canaryEnabled ? Object.values(versions) : [versions.stable];
  const [workloads, ...ingresses] = await Promise.all([
    readWorkloads(cluster, config),
    ...wanted.map((version) => cluster.get<object>(ingressPath(namespace, sideServiceName(app, version)))),
  ]);
  const isWhole = ingresses.every((ingress) => ingress !== undefined) && workloads.length >= wanted.length;
  const isReady = workloads.every(({ ready, wanted: asked }) => ready >= asked);
  const unready = isReady ? undefined : withNext("Not all pods are ready.", `kubectl -n ${namespace} describe pods`);
  return { ...noShares, names: versions, workloads, fault: isWhole ? unready : notDeployedFault };
}

async function remove(lab: Lab, say: Say): Promise<string> {
  await applyOnly(lab, { canaryEnabled: false }, { say, view: engineView(say) });
  return "The canary is removed.";
}

/** First the stable side runs the canary's image, then the canary goes: the header always leads to a pod that has it. */
async function finish(lab: Lab, say: Say): Promise<string> {
  const { canaryEnabled, canaryImage } = lab.config;
  if (!canaryEnabled) throw nothingToPromote(lab);
  await mustHavePods(lab); // a version that has never run is no release
  const options = { say, view: engineView(say) };
  const released = await applyOnly(lab, { stableImage: canaryImage, ...previousOf(lab) }, options);
  await applyOnly(released, { canaryEnabled: false }, options);
  return releasedLine(canaryImage);
}

/** How users reach the two sides; a pod in the mesh does not go through the ingress. */
export const headerHint = ({ config }: Pick<Lab, "config">): string =>
  `curl -H 'Host: ${gatewayHost(config.app, config.namespace)}' -H 'X-Canary: ${versions.canary}' http://<ingress-nginx>/`;
