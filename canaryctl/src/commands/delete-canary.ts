import type { Command } from "commander";
import { LabError } from "../../../cluster/lab-error.ts";
import { versions } from "../../../components/names.ts";
import { changeStack } from "../engine/update.ts";
import { type Lab, openLab } from "../lab.ts";
import { examples, print, say, showLines } from "../print.ts";
import { readRoute } from "../traffic/route.ts";
import { readWorkload } from "../traffic/workloads.ts";
import { optionsOf } from "./arguments.ts";

export function addDeleteCanary(program: Command): void {
  program
    .command("delete-canary")
    .description("remove the canary's pods; refused while any traffic still reaches them")
    .addHelpText("after", examples("canaryctl rollback && canaryctl delete-canary"))
    .action(async (_options: unknown, command: Command) => {
      print([await deleteCanary(openLab(optionsOf(command)), say)]);
    });
}

/**
 * Removes the canary's workload; where there is none, nothing is done.
 *
 * @returns what was done, in one line
 * @throws LabError while the config or the live route gives the canary a share of the traffic
 */
export async function deleteCanary(lab: Lab, say: (line: string) => void): Promise<string> {
  const { cluster, config, stackFile } = lab;
  const [route, workload] = await Promise.all([
    readRoute(cluster, config),
    readWorkload(cluster, config, versions.canary),
  ]);
  refuseWhileUsed(config.canaryWeight, stackFile.name);
  refuseWhileUsed(route?.weights.canary ?? 0, "the live route");
  if (!config.canaryEnabled && !workload) return "There is no canary.";
  await changeStack(lab, { canaryEnabled: false }, { say, onLine: showLines(say) });
  return "The canary is removed.";
}

function refuseWhileUsed(share: number, place: string): void {
  if (share === 0) return;
  throw new LabError(`The canary still gets ${share} % of the traffic: without it, that share would get errors.`, {
    place,
    next: "npx canaryctl rollback, then npx canaryctl delete-canary",
  });
}
