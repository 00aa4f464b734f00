import { UserError, withNext } from "@canary-lab/kit/user-error";
import { deploymentName, versions } from "../../../../components/names.ts";
import { untestedImage } from "../../../../stacks/live/untested-image.ts";
import { waysToServe } from "../../../../stacks/live/ways-to-serve.ts";
import { changeOnly } from "../../change-only.ts";
import type { Lab } from "../../lab.ts";
import { engineView, percent } from "../../print.ts";
import { askedShare, type LiveRoute, type Route } from "../../traffic/route.ts";
import { readWorkload } from "../../traffic/workloads.ts";
import { noCanaryToDelete } from "../nothing.ts";
import { refuseWhileUsed } from "../refusals.ts";
import { withoutPrevious } from "../release-end.ts";
import type { Say } from "../strategy.ts";

/** @throws UserError where another image than the present one would get a share of the traffic untested */
export function refuseUntestedImage({ config, stackFile, applied }: Lab, route: Route, live: LiveRoute): void {
  const fault = untestedImage({
    present: applied?.values.canaryImage ?? String(stackFile.values().canaryImage),
    next: config.canaryImage,
    live: askedShare(live).canary,
    configured: route.wanted(config).canary,
    file: stackFile.name,
  });
  if (fault) throw fault;
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
  await changeOnly(
    lab,
    { canaryEnabled: true, canaryImage, ...pods, ...withoutPrevious(lab) },
    { say, view: engineView(say) },
  );
  const count = route.hasIdlePods ? `${await mustHavePods(lab)} pods, ` : "";
  const wanted = route.wanted?.(lab.config).canary;
  if (wanted === 0 && !route.hasIdlePods)
    return withNext(
      `The canary is there: ${canaryImage}. It runs with its first share of the pods.`,
      "npx canaryctl promote",
    );
  const share = wanted === undefined ? "for the header" : `${percent(wanted / 100)} of the traffic`;
  return `The canary runs: ${canaryImage}, ${count}${share}.`;
}

/**
 * The engine compares with what it remembers: pods that somebody has taken away since are none of its business.
 *
 * @returns how many are ready
 * @throws UserError where not all that are wanted are
 */
export async function mustHavePods({ cluster, config }: Lab): Promise<number> {
  const workload = await readWorkload(cluster, config, versions.canary);
  const { ready = 0, wanted = 0 } = workload ?? {};
  if (workload && ready > 0 && ready >= wanted) return ready;
  const found = workload ? `${ready} of ${wanted} pods ready` : "no Deployment";
  throw new UserError(`The canary has ${found}, though the config has one.`, {
    place: `deployment ${config.namespace}/${deploymentName(config.app, versions.canary)}`,
    next: waysToServe({ version: versions.canary, isAbsent: wanted === 0, hasShare: config.canaryWeight > 0 }, config),
  });
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
  if (!config.canaryEnabled && !workload) return noCanaryToDelete;
  await changeOnly(lab, { canaryEnabled: false }, { say, view: engineView(say) });
  return "The canary is removed.";
}
