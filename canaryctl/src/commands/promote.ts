import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { type OverloadFlag, optionsOf, overloadOf } from "./arguments.ts";
import { mustSayWhy, type NowFlags } from "./now.ts";
import { runMove } from "./run-move.ts";

interface PromoteFlags extends OverloadFlag, NowFlags {
  readonly full?: boolean;
  readonly judge?: boolean;
  readonly json?: boolean;
  readonly patience?: number;
  readonly plan?: string;
}

export async function run(command: Command): Promise<void> {
  const { full, now, reason, judge, json, patience, plan, ...options } = optionsOf<PromoteFlags>(command);
  const judged = Object.entries({ json, patience, plan }).find(([, given]) => given !== undefined);
  if (!judge && judged) throw onlyWithJudge(`--${judged[0]}`);
  if (judge) {
    if (full || now) throw noJudge(full ? "--full" : "--now");
    const { promoteJudged } = await import("./promote-judged.ts");
    await promoteJudged(command);
    return;
  }
  mustSayWhy({ now, reason }, "npx canaryctl promote --now --reason urgent");
  const move = await openMove(openLab(options, overloadOf(options)));
  const promotion = full ? "promoteFully" : "promote";
  print([await runMove(move, (strategy, lab) => strategy[promotion](lab, say, { now }))]);
}

const onlyWithJudge = (flag: string): UsageError =>
  new UsageError(`${flag} is about what the judge says, and nobody asks it.`, {
    allowed: `${flag} with --judge`,
    next: "npx canaryctl promote --judge",
  });

const noJudge = (flag: string): UsageError =>
  new UsageError(`${flag} does not wait for a verdict, and --judge does nothing without one.`, {
    allowed: `--judge, or ${flag}`,
    next: "npx canaryctl promote --judge",
  });
