import { versions } from "../../../../components/names.ts";
import type { Lab } from "../../lab.ts";
import type { Route } from "../../traffic/route.ts";
import { type Share, shareOf } from "../../traffic/share.ts";
import { readWorkloads } from "../../traffic/workloads.ts";

/**
 * The split that was last asked of the cluster, whatever the config says since. Where pods make it, those that are wanted count: one
 * that starts anew is no change of it.
 *
 * @returns undefined where nothing is deployed
 */
export async function askedShare({ cluster, config }: Lab, route: Route): Promise<Share | undefined> {
  const live = await route.read(cluster, config);
  if (!live || route.hasIdlePods) return live?.weights;
  const workloads = await readWorkloads(cluster, config);
  const all = workloads.reduce((sum, { wanted }) => sum + wanted, 0);
  const canary = workloads.find(({ version }) => version === versions.canary)?.wanted ?? 0;
  return shareOf(all === 0 ? 0 : (100 * canary) / all);
}
