import { isGated, type Rise, riseFault, standingOverride } from "../../../../stacks/live/rise-gate.ts";
import { type Lab, platformOf } from "../../lab.ts";
import { askedShare, type LiveRoute, type Route } from "../../traffic/route.ts";
import type { Say } from "../strategy.ts";

/**
 * Before the route is written: whether the judge lets the canary have more, where the config has it asked. Elsewhere nothing is read.
 *
 * @param override what goes past the judge
 * @throws UserError where it does not pass the canary
 */
export async function mustMayRise(lab: Lab, { from, to }: Rise, override: string, say: Say): Promise<void> {
  const { cluster: client, config } = lab;
  const standing = to > from && from > 0 ? standingOverride(config) : undefined;
  if (standing) say(standing);
  const fault = await riseFault({ client, config, platform: platformOf(lab) }, { from, to }, override);
  if (fault) throw fault;
}

/** As {@link mustMayRise}, for a share that is asked for by its number: to that of `lab.config`. */
export async function mustMaySet(lab: Lab, route: Route, say: Say): Promise<void> {
  const { config } = lab;
  if (!isGated(config) && !standingOverride(config)) return;
  const { canaryWeight } = config;
  const override = `npx canaryctl set-traffic ${100 - canaryWeight} ${canaryWeight} --now --reason urgent`;
  const live = await route.read(lab.cluster, config);
  await mustMayRise(lab, { from: shareBefore(live), to: route.wanted(config).canary }, override, say);
}

/** The canary's share that was last asked for: pods that fail are no smaller share, and their first one was before. */
export const shareBefore = (live: LiveRoute | undefined): number => (live ? askedShare(live).canary : 0);
