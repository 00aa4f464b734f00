import type { Command } from "commander";
import { factsOf } from "../../../canary/strategies.ts";
import { noCanary } from "../../../stacks/live/share-verdict.ts";
import { type GlobalOptions, type Lab, openLab, type RouteFlags } from "../lab.ts";
import { print, say } from "../print.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { openMove } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { type OverloadFlag, optionsOf, overloadOf } from "./arguments.ts";
import { mustSayWhy, type NowFlags } from "./now.ts";
import { runMove } from "./run-move.ts";

export async function run(stable: number, canary: number, command: Command): Promise<void> {
  if (stable + canary !== 100) {
    throw new UsageError(`${stable} and ${canary} sum to ${stable + canary}.`, {
      allowed: "two shares in percent that sum to 100",
      next: `npx canaryctl set-traffic ${100 - canary} ${canary}`,
    });
  }
  const { now, reason, ...options } = optionsOf<RouteFlags & OverloadFlag & NowFlags>(command);
  mustSayWhy({ now, reason }, `npx canaryctl set-traffic ${stable} ${canary} --now --reason urgent`);
  const lab = openWithCanary(options, canary);
  print([await runMove(await openMove(lab), (strategy, move) => strategy.setTraffic(move, say, { now }))]);
}

/** A share for a canary that the config switches off is refused here, so that the error names this command and not the config. */
function openWithCanary(options: GlobalOptions & RouteFlags & OverloadFlag, canary: number): Lab {
  const isOff = String(stackFileOf(options).values().canaryEnabled) === "false";
  const lab = openLab(options, { canaryWeight: isOff ? 0 : canary, ...overloadOf(options) });
  if (isOff && canary > 0 && factsOf(lab.config.strategy).owner === "pulumi") {
    lab.mustBeNamed?.(lab.config); // of another application it says nothing that there is no canary
    throw noCanary(lab.config);
  }
  return lab;
}
