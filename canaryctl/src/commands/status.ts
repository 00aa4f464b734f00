import type { Command } from "commander";
import { standingOverride } from "../../../stacks/live/rise-gate.ts";
import { type Lab, openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { isHealthy, readStatus, statusText } from "../status.ts";
import { strategyOf } from "../strategies/table.ts";
import { measuredRequests } from "../traffic/measured-requests.ts";
import { splitFault } from "../traffic/split-fault.ts";
import { UsageError } from "../usage-error.ts";
import { endText, showRelease } from "../watch/show-release.ts";
import { optionsOf } from "./arguments.ts";
import { readFindings } from "./status-findings.ts";

interface StatusOptions {
  /** How many requests; true where nobody says how many. */
  readonly traffic?: number | true;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export async function run(command: Command): Promise<void> {
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
}

async function showOnce(lab: Lab, { traffic, json }: StatusOptions): Promise<void> {
  const findings = readFindings(lab);
  findings.catch(() => {}); // it is awaited below, where the strategy can be told
  const status = await readStatus(lab, await strategyOf(lab), {
    findings,
    ...(traffic !== undefined && { measuring: { requests: traffic === true ? measuredRequests : traffic, say } }),
  });
  print(json ? [JSON.stringify(status, null, 2)] : statusText(status));
  const standing = standingOverride(lab.config);
  if (standing) say(standing);
  const unwanted = status.seen && splitFault(status.seen, lab);
  if (unwanted) throw unwanted;
  if (!isHealthy(status)) process.exitCode = 1;
}
