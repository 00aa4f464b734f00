import type { Command } from "commander";
import { strategiesWhere } from "../../../../canary/strategies.ts";
import { releaseKeys } from "../../../../stacks/config/applied-config.ts";
import { addFollowFlag, examples, wholeNumber } from "../arguments.ts";

/** The strategies whose canary is a Deployment of its own, whose pods are counted apart. */
export const withOwnPods: readonly string[] = strategiesWhere(({ canaryPods }) => canaryPods === "own");

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
    .action(async (_options: unknown, command: Command) => (await import("../create-canary.ts")).run(command));
}
