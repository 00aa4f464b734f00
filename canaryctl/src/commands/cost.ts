import type { Command } from "commander";
import { costText } from "../cost/cost-text.ts";
import { readCost } from "../cost/read-cost.ts";
import { asDeployed } from "../deployed.ts";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { optionsOf } from "./arguments.ts";

export async function run(command: Command): Promise<void> {
  const { json, ...options } = optionsOf<{ readonly json?: boolean }>(command);
  const { cost, unread } = await readCost(await asDeployed(openLab(options)));
  for (const { what, why } of unread) say(`Left out, for it cannot be read: ${what}: ${why}`);
  print(json ? [JSON.stringify(cost, null, 2)] : costText(cost));
}
