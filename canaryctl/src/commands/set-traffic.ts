import type { Command } from "commander";
import { splitOf, type Weight } from "../../../canary/weight.ts";
import { LabError } from "../../../cluster/lab-error.ts";
import { deploymentName, versions } from "../../../components/names.ts";
import { updateStack } from "../engine/update.ts";
import { type Lab, openLab, type RouteFlags } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { applyRoute, type LiveRoute, noRoute, readRoute } from "../traffic/route.ts";
import { readWorkload } from "../traffic/workloads.ts";
import { UsageError } from "../usage-error.ts";
import { addRouteFlags, optionsOf, wholeNumber } from "./arguments.ts";

export function addSetTraffic(program: Command): void {
  addRouteFlags(program.command("set-traffic"))
    .description(
      "split the traffic between the stable side and the canary, in percent, and write the split to the stack's config",
    )
    .argument("<stable>", "share of the stable side, 0..100", wholeNumber(0, 100))
    .argument("<canary>", "share of the canary; the two sum to 100", wholeNumber(0, 100))
    .addHelpText(
      "after",
      examples(
        "canaryctl set-traffic 90 10",
        "canaryctl set-traffic 70 30 --vs versioned-echo-virtualservice --host versioned-echo",
      ),
    )
    .action(async (stable: number, canary: number, _options: unknown, command: Command) => {
      if (stable + canary !== 100) {
        throw new UsageError(`${stable} and ${canary} sum to ${stable + canary}.`, {
          allowed: "two shares in percent that sum to 100",
        });
      }
      const lab = openLab(optionsOf<RouteFlags>(command), { canaryWeight: canary });
      print([await moveTraffic(lab, say)]);
    });
}

/**
 * Moves the traffic to the weight of `lab.config`, in the cluster, in the stack's file and in the state.
 *
 * Less for the canary takes effect at once, in front of everything else. More for it goes through the engine alone, so that nothing
 * reaches the canary that the engine (and its policies) did not accept.
 *
 * @returns what was done, in one line
 * @throws LabError where the canary has no ready pods; where the update fails, with the file as it was unless the traffic has moved
 */
export async function moveTraffic(lab: Lab, say: (line: string) => void): Promise<string> {
  const { cluster, config, stackFile } = lab;
  const [before, canary] = await Promise.all([
    readRoute(cluster, config),
    readWorkload(cluster, config, versions.canary),
  ]);
  if (!before) throw noRoute(config);
  const to = config.canaryWeight;
  const isRise = to > before.weights.canary;
  if (isRise && (!config.canaryEnabled || !canary || canary.ready === 0)) throw notReady(lab, canary?.wanted);
  if (!isRise) await applyRoute(cluster, config);
  stackFile.set({ canaryWeight: to });
  try {
    await updateStack(lab, { say });
  } catch (error) {
    await restoreUnlessMoved(lab, before);
    throw error;
  }
  return `Traffic: ${shares(before.weights.canary)} -> ${shares(to)} (stable/canary)`;
}

/** The stack's file says what is: a failed update leaves the new weight in it only where the traffic has moved. */
async function restoreUnlessMoved({ cluster, config, stackFile }: Lab, before: LiveRoute): Promise<void> {
  const now = await readRoute(cluster, config).catch(() => before);
  if (now?.weights.canary !== config.canaryWeight) stackFile.restore();
}

const shares = (canary: Weight): string => {
  const split = splitOf(canary);
  return `${split.stable}/${split.canary}`;
};

function notReady({ config, stackFile }: Lab, wanted: number | undefined): LabError {
  const name = deploymentName(config.app, versions.canary);
  if (wanted === undefined || !config.canaryEnabled) {
    return new LabError("There is no canary: its share of the traffic would get errors.", {
      place: `deployment ${config.namespace}/${name}`,
      next: "npx canaryctl create-canary --image versioned-echo:v2 --replicas 2",
    });
  }
  return new LabError(`The canary has no ready pod of ${wanted}: its share of the traffic would get errors.`, {
    place: `deployment ${config.namespace}/${name} (${stackFile.name})`,
    next: `kubectl -n ${config.namespace} describe deployment ${name}`,
  });
}
