import { toWeight } from "../../../../canary/weight.ts";
import { type Lab, platformOf } from "../../lab.ts";
import { istioRoute } from "../../traffic/istio-route.ts";
import { waitForProxies } from "../../traffic/proxies.ts";
import { shareOf } from "../../traffic/share.ts";
import { proxySeconds } from "../rolled-back.ts";
import { laggingProxies } from "../weights/lagging-proxies.ts";

/**
 * Waits until the callers' proxies send everything to the stable side: the controller moves the route, and takes that for the traffic.
 * Nothing is waited for where the controller moves it by Services.
 *
 * @throws UserError that names the proxies that lag
 */
export async function mustBeBackInProxies(lab: Lab, seconds = proxySeconds): Promise<void> {
  if (lab.config.strategy !== "rollout-canary") return;
  const back = shareOf(toWeight(0));
  const report = await waitForProxies(lab, istioRoute.proxies(lab.config, platformOf(lab)), back, seconds);
  if (report.without.length > 0) throw laggingProxies(lab, back, report, seconds);
}
