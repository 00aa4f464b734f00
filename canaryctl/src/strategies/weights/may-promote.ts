import { UserError } from "@canary-lab/kit/user-error";
import { formatDuration } from "../../../../canary/duration.ts";
import { bakeAt, nextWeight } from "../../../../canary/plan/plan.ts";
import { toWeight } from "../../../../canary/weight.ts";
import type { Lab } from "../../lab.ts";
import { firingAlerts } from "../../traffic/alerts.ts";
import type { LiveRoute, Route } from "../../traffic/route.ts";
import type { PromoteOptions, Say } from "../strategy.ts";
import { mustMayRise, shareBefore } from "./may-rise.ts";

const past = "npx canaryctl promote --now --reason urgent";

/**
 * Whether the canary may get more traffic: its stage has been kept for as long as the plan says, no alert of it fires, and where the config
 * has the judge asked, it passes. A stage begins when its route was written, by whomever. Without an answer of Prometheus nothing is known
 * of the alerts, and that is refused as well.
 *
 * @param command what goes on with the promotion later
 * @param options.judged whoever promotes has asked the judge
 * @param options.route tells which share a weight of the plan is
 * @throws UserError where it may not
 */
export async function mustMayPromote(
  lab: Lab,
  live: LiveRoute | undefined,
  command: string,
  { now, judged, say, route }: PromoteOptions & { readonly say: Say; readonly route: Pick<Route, "wanted"> },
): Promise<void> {
  if (now) return;
  const isFull = command.endsWith("--full");
  const override = isFull ? `${past} --full` : past;
  const alerts = await alertsOf(lab, override);
  if (alerts.length > 0) {
    throw new UserError(`Alerts of the canary fire: ${alerts.join(", ")}.`, {
      place: "Prometheus, by the objective in the config",
      allowed: "a canary that keeps its objective; less traffic is never refused",
      next: ["npx canaryctl rollback", override],
    });
  }
  const { plan, canaryWeight } = lab.config;
  const left = bakeAt(plan, canaryWeight) - (live?.since ? (Date.now() - live.since.getTime()) / 1000 : Infinity);
  if (left > 0) {
    const bake = formatDuration(bakeAt(plan, canaryWeight));
    throw new UserError(`The plan keeps ${canaryWeight} % for ${bake}, and ${Math.ceil(left)} s of that are left.`, {
      place: `plan in ${lab.stackFile.name}; the route is as it is since ${live?.since?.toISOString()}`,
      first: `wait ${Math.ceil(left)} s`,
      next: [command, override],
    });
  }
  if (judged) return;
  const next = isFull ? toWeight(100) : (nextWeight(plan, canaryWeight) ?? canaryWeight);
  const to = route.wanted({ ...lab.config, canaryWeight: next }).canary;
  await mustMayRise(lab, { from: shareBefore(live), to }, override, say);
}

async function alertsOf(lab: Lab, override: string): Promise<readonly string[]> {
  try {
    return await firingAlerts(lab);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, place, next = "" } = error;
    throw new UserError(`${message.replace(/\.$/, "")}. Nothing is known of its errors, so it gets no more traffic.`, {
      ...(place && { place }),
      next: [next, override],
    });
  }
}
