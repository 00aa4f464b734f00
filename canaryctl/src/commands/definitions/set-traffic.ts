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

/**
 * One share says the other, and people write them as 70% 30%, or 70/30. What is not said is to the canary's least: of one share alone the
 * smaller part is the canary's, and of two that do not sum to 100 its own holds.
 */
function twoShares(given: readonly string[]): readonly string[] | undefined {
  if (!given.every((word) => /^\d+%?([/:,-]\d+%?)?$/.test(word))) return undefined;
  const [first = 100, second = Math.min(first, 100 - first), ...more] = given
    .flatMap((word) => word.match(/\d+/g) ?? [])
    .map(Number);
  const isSplit = given.length > 0 && more.length === 0 && second >= 0 && second <= 100;
  return isSplit ? [String(100 - second), String(second)] : undefined;
}
