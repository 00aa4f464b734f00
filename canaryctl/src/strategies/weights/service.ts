import { toWeight } from "../../../../canary/weight.ts";
import { waitForProxies } from "../../../../stacks/live/proxies/proxies.ts";
import { applyService } from "../../../../stacks/live/proxies/service-pods.ts";
import { type Lab, platformOf } from "../../lab.ts";
import type { Route } from "../../traffic/route.ts";
import { laggingProxies } from "./lagging-proxies.ts";

/**
 * Has the application's Service select the canary's pods, before a route leads there, and waits until the callers' proxies know them.
 *
 * @throws UserError that names the proxies that do not, with the Service as it was
 */
export async function openService(lab: Lab, route: Route, seconds: number): Promise<void> {
  if (!route.knowsCanary || !route.proxies) return;
  const { cluster, config } = lab;
  await applyService(cluster, config);
  const probe = route.knowsCanary(cluster, config);
  const report = await waitForProxies(lab, route.proxies(config, platformOf(lab)), probe, seconds);
  if (report.without.length === 0) return;
  await closeService(lab, route);
  throw laggingProxies(lab, "The Service selects the canary's pods", report, seconds);
}

/**
 * Takes the canary's pods out of it, for callers outside the mesh reach them by it: once the callers' proxies send nothing there. Nothing is
 * done where the live route gives the canary a share again.
 */
export async function closeService({ cluster, config }: Pick<Lab, "cluster" | "config">, route: Route): Promise<void> {
  const live = await route.read(cluster, config);
  if (live?.weights.canary === 0) await applyService(cluster, { ...config, canaryWeight: toWeight(0) });
}
