import type { Command } from "commander";
import { splitOf, type Weight } from "../../../canary/weight.ts";
import { LabError } from "../../../cluster/lab-error.ts";
import { deploymentName, versions } from "../../../components/names.ts";
import { updateStack } from "../engine/update.ts";
import { type GlobalOptions, type Lab, openLab, type RouteFlags } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { restoreRoute } from "../traffic/restore-route.ts";
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
          next: "npx canaryctl set-traffic 90 10",
        });
      }
      print([await moveTraffic(openWithCanary(optionsOf<RouteFlags>(command), canary), say)]);
    });
}

/** A share for a canary that the config switches off is refused here, in the words of this command and not in the config's. */
function openWithCanary(options: GlobalOptions & RouteFlags, canary: number): Lab {
  const isOff = String(new StackFile(options.stack).values().canaryEnabled) === "false";
  const lab = openLab(options, { canaryWeight: isOff ? 0 : canary });
  if (isOff && canary > 0) throw noCanary(lab);
  return lab;
}

/**
 * Moves the traffic to the weight of `lab.config`, in the cluster, in the stack's file and in the state.
 *
 * Less for the canary takes effect at once, in front of everything else. More for it goes through the engine alone, so that nothing
 * reaches the canary that the engine (and its policies) did not accept.
 *
 * @returns what was done, in one line
 * @throws LabError where the canary has no ready pods; where the update fails, with the file as it was unless the traffic has moved;
 * where another command has set another weight meanwhile
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
  if (isRise && !canary) throw noCanary(lab);
  if (isRise && canary?.ready === 0) throw notReady(lab, canary.wanted);
  if (!isRise) await applyRoute(cluster, config);
  stackFile.set({ canaryWeight: to });
  try {
    await updateStack(lab, { say });
  } catch (error) {
    await restoreUnlessMoved(lab, before);
    throw error;
  }
  // The engine has accepted the weight; where it remembered that one, it wrote nothing, whatever was live.
  const after = await restoreRoute(lab, say);
  if (after.config.canaryWeight !== to) throw overtaken(after.config.canaryWeight);
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

const overtaken = (now: Weight): LabError =>
  new LabError(`Another command has set the traffic to ${shares(now)} meanwhile, and that is what holds.`, {
    next: "npx canaryctl status",
  });

const placeOfCanary = ({ config }: Lab): string =>
  `deployment ${config.namespace}/${deploymentName(config.app, versions.canary)}`;

const noCanary = (lab: Lab): LabError =>
  new LabError("There is no canary: its share of the traffic would get errors.", {
    place: placeOfCanary(lab),
    next: `npx canaryctl create-canary --image ${lab.config.canaryImage} --replicas ${lab.config.canaryReplicas}`,
  });

const notReady = (lab: Lab, wanted: number): LabError =>
  new LabError(`The canary has no ready pod of ${wanted}: its share of the traffic would get errors.`, {
    place: placeOfCanary(lab),
    next: `kubectl -n ${lab.config.namespace} describe deployment ${deploymentName(lab.config.app, versions.canary)}`,
  });
