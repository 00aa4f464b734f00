import { quoted } from "@canary-lab/kit/programs";
import type { Command } from "commander";
import { strategiesWhere } from "../../../canary/strategies.ts";
import { releaseKeys } from "../applied.ts";
import { type GlobalOptions, openLab } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { openRelease } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { addFollowFlag, optionsOf, wholeNumber } from "./arguments.ts";
import { runMove } from "./run-move.ts";

interface CanaryOptions {
  readonly image: string;
  readonly replicas?: number;
}

/** The strategies whose canary is a Deployment of its own, whose pods are counted apart. */
const withOwnPods: readonly string[] = strategiesWhere(({ canaryPods }) => canaryPods === "own");

export function addCreateCanary(program: Command): void {
  addFollowFlag(program.command("create-canary"))
    .description("start a release: run another version of the application beside the stable one")
    .requiredOption("--image <reference>", "versioned-echo:TAG is built here; any other image is used as it is")
    .option(
      "--replicas <count>",
      "pods of the canary, 1..50, written to the config; only where they are set apart (default: canaryReplicas of the config)",
      wholeNumber(1, 50),
    )
    .addHelpText(
      "after",
      `
From the config it takes the image and what the release is like: ${releaseKeys.join(", ")}.
What else is pending there stays pending, and is named.
${withOwnPods.join(", ")}: pods of its own; its share of the traffic stays as it is, 0 where there was none.
replica-ratio: its share of the pods that \`replicas\` counts, by canaryWeight.
istio, gateway-api, replica-ratio: refused for another image while a canary has a share: canaryctl rollback first.
rollout-canary: this ends when the first step of \`plan\` is reached; the Rollout goes through the others by itself.
rollout-blue-green: the new colour in preview; users stay on the old one until promotion.
rolling-update: the Deployment replaces its pods, and users with them.
${examples("canaryctl create-canary --image versioned-echo:v2 --replicas 2", "canaryctl create-canary --image versioned-echo:v2", "canaryctl create-canary --image versioned-echo:v2 --follow")}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { image, replicas, ...options } = optionsOf<CanaryOptions>(command);
      const lab = openLab(options, { canaryEnabled: true, canaryImage: image, ...podsOf(options, image, replicas) });
      print([await runMove(await openRelease(lab, say), (strategy, move) => strategy.createCanary(move, say))]);
    });
}

/** @throws UsageError where pods are counted for a canary that has none of its own */
function podsOf(options: GlobalOptions, image: string, replicas: number | undefined) {
  const { strategy } = new StackFile(options.stack).values();
  if (replicas === undefined) return {};
  if (withOwnPods.includes(String(strategy))) return { canaryReplicas: replicas };
  throw new UsageError(`--replicas is ${replicas}, and with strategy ${strategy} a canary has no pods of its own.`, {
    allowed: "no --replicas; the key `replicas` of the config counts all pods",
    next: `npx canaryctl create-canary --image ${quoted(image)}`,
  });
}
