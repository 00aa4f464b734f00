import type { Command } from "commander";
import type { LabCommand } from "../../command-line/command.ts";
import { addOverloadFlag, addRouteFlags, examples, wholeNumber } from "../arguments.ts";

export function addSetTraffic(program: LabCommand): void {
  addOverloadFlag(addRouteFlags(program.command("set-traffic").meaning(twoShares)))
    .description(
      "split the traffic between the stable side and the canary, in percent, and write the split to the stack's config",
    )
    .argument("<stable>", "share of the stable side, 0..100", wholeNumber(0, 100))
    .argument("<canary>", "share of the canary; the two sum to 100", wholeNumber(0, 100))
    .option("--now", "also where the judge does not pass the canary; with --reason")
    .addHelpText(
      "after",
      `
With the strategies istio, gateway-api and replica-ratio; the last one gives the nearest share that whole pods can.
Elsewhere a controller or a header decides, and the command says what to run instead.
With monitoring the judge is asked before a canary that has a share gets more (config key gate): refused where it is
worse, held without traffic enough. --now goes past that, and needs a --reason, which the history keeps.
${examples(
  "canaryctl set-traffic 90 10",
  "canaryctl set-traffic 70 30 --vs versioned-echo-virtualservice --host versioned-echo",
)}`,
    )
    .action(async (stable: number, canary: number, _options: unknown, command: Command) =>
      (await import("../set-traffic.ts")).run(stable, canary, command),
    );
}

/** One share says the other; both may stand as people write them: 70% 30%, or 70/30. */
function twoShares(given: readonly string[]): readonly string[] | undefined {
  if (!given.every((word) => /^\d+%?([/:,-]\d+%?)?$/.test(word))) return undefined;
  const [stable = 0, canary = 100 - stable, ...more] = given.flatMap((word) => word.match(/\d+/g) ?? []).map(Number);
  const isSplit = given.length > 0 && more.length === 0 && stable <= 100 && stable + canary === 100;
  return isSplit ? [String(stable), String(canary)] : undefined;
}
