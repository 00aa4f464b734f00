import type { Command } from "commander";
import { changeStack } from "../engine/update.ts";
import { type Lab, openLab } from "../lab.ts";
import { examples, print, say, showLines } from "../print.ts";
import { optionsOf, wholeNumber } from "./arguments.ts";

interface CanaryOptions {
  readonly image: string;
  readonly replicas: number;
}

export function addCreateCanary(program: Command): void {
  program
    .command("create-canary")
    .description(
      "run the canary's pods beside the stable ones; its share of the traffic stays as it is, 0 where there was none",
    )
    .requiredOption("--image <reference>", "versioned-echo:TAG is built here; any other image is used as it is")
    .option("--replicas <count>", "pods of the canary, 1..50", wholeNumber(1, 50), 2)
    .addHelpText("after", examples("canaryctl create-canary --image versioned-echo:v2 --replicas 2"))
    .action(async (_options: unknown, command: Command) => {
      const { image, replicas, ...options } = optionsOf<CanaryOptions>(command);
      const lab = openLab(options, { canaryEnabled: true, canaryImage: image, canaryReplicas: replicas });
      print([await createCanary(lab, say)]);
    });
}

/**
 * Deploys the canary that `lab.config` describes.
 *
 * @returns what was done, in one line
 */
export async function createCanary(lab: Lab, say: (line: string) => void): Promise<string> {
  const { canaryImage, canaryReplicas, canaryWeight } = lab.config;
  await changeStack(lab, { canaryEnabled: true, canaryImage, canaryReplicas }, { say, onLine: showLines(say) });
  return `The canary runs: ${canaryImage}, ${canaryReplicas} pods, ${canaryWeight} % of the traffic.`;
}
