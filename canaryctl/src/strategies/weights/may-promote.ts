import { UserError } from "@canary-lab/kit/user-error";
import { formatDuration } from "../../../../canary/duration.ts";
import { bakeAt } from "../../../../canary/plan/plan.ts";
import type { Lab } from "../../lab.ts";
import { firingAlerts } from "../../traffic/alerts.ts";
import type { LiveRoute } from "../../traffic/route.ts";

const past = "npx canaryctl promote --now --reason urgent";

/**
 * Whether the canary may get more traffic: its stage has been kept for as long as the plan says, and no alert of it fires. A stage begins
 * when its route was written, by whomever. Without an answer of Prometheus nothing is known of the alerts, and that is refused as well.
 *
 * @param command what goes on with the promotion later
 * @throws UserError where it may not
 */
export async function mustMayPromote(lab: Lab, live: LiveRoute | undefined, command: string): Promise<void> {
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
