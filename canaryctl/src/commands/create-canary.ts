import { quoted } from "@canary-lab/kit/programs";
import type { Command } from "commander";
import { type GlobalOptions, openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { openRelease } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";
import { withOwnPods } from "./definitions/create-canary.ts";
import { runMove } from "./run-move.ts";

interface CanaryOptions {
  readonly image: string;
  readonly replicas?: number;
}

export async function run(command: Command): Promise<void> {
  const { image, replicas, ...options } = optionsOf<CanaryOptions>(command);
  const lab = openLab(options, { canaryEnabled: true, canaryImage: image, ...podsOf(options, image, replicas) });
  print([await runMove(await openRelease(lab, say), (strategy, move) => strategy.createCanary(move, say))]);
}

/** @throws UsageError where pods are counted for a canary that has none of its own */
function podsOf(options: GlobalOptions, image: string, replicas: number | undefined) {
  const { strategy } = stackFileOf(options).values();
  if (replicas === undefined) return {};
  if (withOwnPods.includes(String(strategy))) return { canaryReplicas: replicas };
  throw new UsageError(`--replicas is ${replicas}, and with strategy ${strategy} a canary has no pods of its own.`, {
    allowed: "no --replicas; the key `replicas` of the config counts all pods",
    next: `npx canaryctl create-canary --image ${quoted(image)}`,
  });
}
