import type { Command } from "commander";
import { LabError } from "../../../cluster/lab-error.ts";
import { EngineBusyError } from "../engine/engine.ts";
import { updateStack } from "../engine/update.ts";
import { type Lab, openForRollback, type RouteFlags, reread } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { applyRoute, noRoute, readRoute } from "../traffic/route.ts";
import { addRouteFlags, optionsOf } from "./arguments.ts";

export function addRollback(program: Command): void {
  addRouteFlags(program.command("rollback"))
    .description("send all traffic back to the stable side at once, then make config and state agree")
    .addHelpText(
      "after",
      examples("canaryctl rollback", "canaryctl rollback --vs versioned-echo-virtualservice --host versioned-echo"),
    )
    .action(async (_options: unknown, command: Command) => {
      print([await rollback(openForRollback(optionsOf<RouteFlags>(command)), say)]);
    });
}

/** How long an update that is already running may hold up the state; the traffic does not wait for it. */
const waitSeconds = 120;

/**
 * Moves the route before anything else is looked at, then the stack's file, then the state. An update that runs meanwhile may still
 * write an older weight: the route is held until the state can be made to agree.
 *
 * @returns what was done, in one line
 * @throws LabError where there is no route; where only the state could not be made to agree, as with a config that is wrong
 * elsewhere, it says so; where another command keeps raising the weight
 */
export async function rollback(lab: Lab, say: (line: string) => void): Promise<string> {
  const { cluster, config, stackFile } = lab;
  const before = await readRoute(cluster, config);
  if (!before) throw noRoute(config);
  await applyRoute(cluster, config);
  say(`All traffic is routed to the stable side (it was ${before.weights.stable}/${before.weights.canary}).`);

  const holdRoute = async () => {
    const route = await readRoute(cluster, config);
    if (route && route.weights.canary !== 0) await applyRoute(cluster, config);
  };
  const agree = async () => {
    stackFile.set({ canaryWeight: 0 });
    reread(lab); // refuses what else is wrong with the config, all of it at once
    await updateStack(lab, { say, waitSeconds, whileWaiting: holdRoute });
  };
  try {
    await agree();
    if (!(await isRolledBack(lab))) {
      say("Another command has raised the canary's share meanwhile: rolling back once more.");
      await holdRoute();
      await agree();
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(`The traffic is back on the stable side, but the state does not say so yet. ${error.message}`, {
      ...(error.place && { place: error.place }),
      next:
        error instanceof EngineBusyError
          ? "once that update has ended: npx canaryctl rollback"
          : "npx canaryctl rollback, once the cause is mended",
      cause: error,
    });
  }
  if (!(await isRolledBack(lab))) throw overruled(stackFile.name);
  return "Rolled back: 100/0 (stable/canary), in the cluster, in the config and in the state.";
}

/** Whether the live route and the stack's file both say 0 now; other commands may have written either since. */
async function isRolledBack({ cluster, config, stackFile }: Lab): Promise<boolean> {
  const route = await readRoute(cluster, config);
  return route?.weights.canary === 0 && Number(stackFile.values().canaryWeight) === 0;
}

const overruled = (place: string): LabError =>
  new LabError("The rollback does not hold: something else has raised the canary's share again, twice.", {
    place: `the live route, or canaryWeight in ${place}`,
    next: "end the other command, then npx canaryctl rollback",
  });
