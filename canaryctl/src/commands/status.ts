import type { Command } from "commander";
import { type Lab, openLab } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { isHealthy, readStatus, statusText } from "../status.ts";
import { strategyOf } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { endText, showRelease } from "../watch/show-release.ts";
import { optionsOf, wholeNumber } from "./arguments.ts";
import { readFindings } from "./status-findings.ts";

interface StatusOptions {
  readonly traffic?: number;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("show the weights wanted and live, the pods, how far a release is, and who moves the traffic")
    .option(
      "--traffic <requests>",
      "also send this many requests through the mesh, 1..10000, and show the split seen",
      wholeNumber(1, 10_000),
    )
    .option("--watch", "show it again and again, until the release ends, waits for a person, or you press Ctrl-C")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
--watch: one block on a terminal, a line for each change elsewhere. Exit code: 0 where the release is finished or waits for a person, 1
where it is aborted or has failed, 130 after Ctrl-C, which stops nothing but the watching. Where you move the traffic nothing ends by itself.
${examples("canaryctl status", "canaryctl status --watch", "canaryctl status --traffic 1000", "canaryctl status --json")}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { traffic, json, watch, ...options } = optionsOf<StatusOptions>(command);
      if (watch && (json || traffic !== undefined)) {
        throw new UsageError("--watch shows the status for people, again and again.", {
          allowed: "--watch without --json and --traffic",
          next: "npx canaryctl status --watch",
        });
      }
      const lab = openLab(options);
      if (watch) print([endText(await showRelease(lab, await strategyOf(lab), say))]);
      else await showOnce(lab, { traffic, json });
    });
}

async function showOnce(lab: Lab, { traffic, json }: StatusOptions): Promise<void> {
  const findings = readFindings(lab);
  findings.catch(() => {}); // it is awaited below, where the strategy can be told
  const status = await readStatus(lab, await strategyOf(lab), { findings, requests: traffic });
  print(json ? [JSON.stringify(status, null, 2)] : statusText(status));
  if (!isHealthy(status)) process.exitCode = 1;
}
