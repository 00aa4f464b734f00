import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { strategyNames } from "../../../canary/strategies.ts";
import { asDeployed } from "../deployed.ts";
import { readHistory } from "../history/store.ts";
import { openForRollback } from "../lab.ts";
import { print } from "../print.ts";
import { type ReportedLab, readTraffic } from "../report/read-traffic.ts";
import { readRecorded } from "../report/recorded.ts";
import { lastRelease, movesSince } from "../report/release.ts";
import { renderReport } from "../report/render-report.ts";
import { type Lacking, type Report, reportOf } from "../report/report-data.ts";
import { printable } from "../this-stack.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";

interface ReportOptions {
  readonly output?: string;
  readonly since?: Date;
  readonly json?: boolean;
}

export async function run(command: Command): Promise<void> {
  const { output, since, json, ...options } = optionsOf<ReportOptions>(command);
  if (json && output !== undefined)
    throw new UsageError("--json prints, and --output names a file for the page.", {
      allowed: "--json or --output",
      next: "npx canaryctl report --json",
    });
  if (output !== undefined) mustBeWritable(output);
  const report = await readReport(await asDeployed(openForRollback(options)), since);
  if (json) print([JSON.stringify(report, null, 2)]);
  else {
    const path = writeReport(report, output);
    print([`${report.outcome}; ${report.moves.length} moves, ${verdicts(report)} verdicts: ${path}`]);
  }
}

const verdicts = ({ moves, judged }: Report): number => moves.filter((move) => move.judged).length + (judged ? 1 : 0);

/** @throws UserError where the history has no release, or nothing since that time */
export async function readReport(lab: ReportedLab, since?: Date): Promise<Report> {
  const { app, namespace } = lab.config;
  const { entries, unreadable } = readRecorded(await readHistory(lab.cluster, lab.config));
  const period = since ? movesSince(entries, since) : lastRelease(entries);
  if (!period)
    throw new UserError(
      since
        ? `Nothing was released or moved since ${since.toISOString()}.`
        : "There was no release yet that a report could be of.",
      { place: `history of ${namespace}/${app}`, next: "npx canaryctl history" },
    );
  const strategy = strategyNames.find((name) => name === period.entries.at(-1)?.to.strategy) ?? lab.config.strategy;
  const counted = await readTraffic(lab, period, strategy);
  return reportOf(period, { made: new Date(), stack: lab.stackFile.stack, app, namespace }, counted, unreadable);
}

/** With commands that run as they stand there, for this stack. */
const asPrinted = ({ what, next }: Lacking): Lacking => ({ what, next: next.map(printable) });

/** @returns the path of the file */
export function writeReport(report: Report, output?: string): string {
  const path = resolve(output ?? nameOf(report));
  mustBeWritable(path);
  try {
    writePrivateFile(path, renderReport({ ...report, lacking: report.lacking.map(asPrinted) }));
  } catch (error) {
    throw new UserError(`The report cannot be written: ${(error as Error).message}`, {
      place: path,
      next: "npx canaryctl report --json",
    });
  }
  return path;
}

const nameOf = ({ stack, begin }: Report): string =>
  `canary-report-${stack.replaceAll(/[^A-Za-z0-9._-]/g, "-")}-${begin.toISOString().replaceAll(/[-:]|\.\d+/g, "")}.html`;

/** Before anything is read of the cluster. */
function mustBeWritable(output: string): void {
  const folder = dirname(resolve(output));
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder(folder))
    throw new UsageError("The folder of --output is not there.", {
      place: folder,
      allowed: "a file in a folder that is there",
      next: "npx canaryctl report",
    });
  if (isFolder(resolve(output)))
    throw new UsageError("--output is a folder.", {
      place: resolve(output),
      allowed: "a file",
      next: "npx canaryctl report",
    });
}
