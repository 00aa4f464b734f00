import { toWeight } from "../../../../canary/weight.ts";
import { waitForProxies } from "../../../../stacks/live/proxies/proxies.ts";
import { applyService, openToCanary } from "../../../../stacks/live/proxies/service-pods.ts";
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
  const [probe, groups] = [route.knowsCanary(cluster, config), route.proxies(config, platformOf(lab))];
  const report = await openToCanary(cluster, config, () => waitForProxies(lab, groups, probe, seconds));
  if (report.without.length === 0) return;
  await closeService(lab, route);
  throw laggingProxies(lab, "The Service selects the canary's pods", report, seconds);
}

/**
 * Takes the canary's pods out of it, for callers outside the mesh reach them by it: once the callers' proxies send nothing there. Nothing is
 * done where the live route gives the canary a share again. One that does so at this moment finds the Service closed, or is seen here.
 */
export async function closeService({ cluster, config }: Pick<Lab, "cluster" | "config">, route: Route): Promise<void> {
  const canary = async () => (await route.read(cluster, config))?.weights.canary;
  if ((await canary()) !== 0) return;
  await applyService(cluster, { ...config, canaryWeight: toWeight(0) });
  const now = await canary();
  if (now) await applyService(cluster, { ...config, canaryWeight: toWeight(Math.ceil(now)) });
}
