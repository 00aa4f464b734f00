import { revisionLabel } from "../../../../canary/rollout/rollout-route.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { activeService } from "../../../../components/rollout/render-rollout-blue-green.ts";
import { type ProxyProbe, sendsBy, waitForProxies } from "../../../../stacks/live/proxies/proxies.ts";
import { shareOf, shareText } from "../../../../stacks/live/proxies/share.ts";
import { leadsOnlyTo } from "../../../../stacks/live/proxies/sidecar-endpoints.ts";
import { type Lab, platformOf } from "../../lab.ts";
import { istioRoute } from "../../traffic/istio-route.ts";
import { proxySeconds } from "../rolled-back.ts";
import { laggingProxies } from "../weights/lagging-proxies.ts";
import { mustReadRollout } from "./read.ts";

/** What the controller has moved, in words, and how a proxy shows that it has it. */
interface Moved {
  readonly written: string;
  readonly probe: ProxyProbe;
}

/**
 * Waits until the callers' proxies send everything to the stable side: the controller moves the route, or the active Service's selector,
 * and takes that for the traffic.
 *
 * @throws UserError that names the proxies that lag
 */
export async function mustBeBackInProxies(lab: Lab, seconds = proxySeconds): Promise<void> {
  const { written, probe } = lab.config.strategy === "rollout-canary" ? byWeight() : await bySelector(lab);
  const report = await waitForProxies(lab, istioRoute.proxies(lab.config, platformOf(lab)), probe, seconds);
  if (report.without.length > 0) throw laggingProxies(lab, written, report, seconds);
}

function byWeight(): Moved {
  const back = shareOf(toWeight(0));
  return { written: `The route says ${shareText(back)}`, probe: sendsBy(back) };
}

async function bySelector(lab: Lab): Promise<Moved> {
  const { app, namespace } = lab.config;
  const { stable } = (await mustReadRollout(lab)).status.hashes;
  const service = activeService(app);
  const labels = { app, [revisionLabel]: stable };
  return {
    written: `The Service ${service} selects the stable pods`,
    probe: leadsOnlyTo(lab.cluster, { namespace, service, labels }),
  };
}
