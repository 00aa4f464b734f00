import { UserError } from "@canary-lab/kit/user-error";
import { toWeight } from "../../../../canary/weight.ts";
import { updateStack } from "../../engine/update.ts";
import { type Lab, reread } from "../../lab.ts";
import type { Route } from "../../traffic/route.ts";
import { shareText } from "../../traffic/share.ts";
import { onlyTheState } from "../rolled-back.ts";
import type { Say } from "../strategy.ts";

/** How long an update that is already running may hold up the state; the traffic does not wait for it. */
const waitSeconds = 120;

/**
 * Moves the route before anything else is looked at, then the stack's file, then the state. An update that runs meanwhile may still
 * write an older weight: the route is held until the state can be made to agree. Without a fast path the engine moves it.
 *
 * @returns what was done, in one line
 * @throws UserError where there is no route; where only the state could not be made to agree, as with a config that is wrong
 * elsewhere, it says so; where another command keeps raising the weight
 */
export async function rollBackRoute({ config: given, ...rest }: Lab, route: Route, say: Say): Promise<string> {
  const lab: Lab = { ...rest, config: { ...given, canaryWeight: toWeight(0) } };
  const { cluster, config, stackFile } = lab;
  const before = await route.read(cluster, config);
  if (!before) throw route.missing(config);
  if (route.apply) {
    await route.apply(cluster, config);
    say(`All traffic is routed to the stable side (it was ${shareText(before.weights)}).`);
  }

  const holdRoute = async () => {
    const live = await route.read(cluster, config);
    if (live && live.weights.canary !== 0) await route.apply?.(cluster, config);
  };
  const agree = async () => {
    stackFile.set({ canaryWeight: 0 });
    reread(lab); // refuses what else is wrong with the config, all of it at once
    await updateStack(lab, { say, waitSeconds, whileWaiting: holdRoute });
  };
  try {
    await agree();
    if (!(await isRolledBack(lab, route))) {
      say("Another command has raised the canary's share meanwhile: rolling back once more.");
      await holdRoute();
      await agree();
    }
  } catch (error) {
    throw route.apply ? onlyTheState(error) : error;
  }
  if (!(await isRolledBack(lab, route))) throw overruled(stackFile.name);
  return "Rolled back: 100/0 (stable/canary), in the cluster, in the config and in the state.";
}

/** Whether the live route and the stack's file both say 0 now; other commands may have written either since. */
async function isRolledBack({ cluster, config, stackFile }: Lab, route: Route): Promise<boolean> {
  const live = await route.read(cluster, config);
  return live?.weights.canary === 0 && Number(stackFile.values().canaryWeight) === 0;
}

const overruled = (place: string): UserError =>
  new UserError("The rollback does not hold: something else has raised the canary's share again, twice.", {
    place: `the live route, or canaryWeight in ${place}`,
    first: "end the other command",
    next: "npx canaryctl rollback",
  });
