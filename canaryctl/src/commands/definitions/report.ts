import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../../../canary/duration.ts";
import { examples } from "../arguments.ts";

export function addReport(program: Command): void {
  program
    .command("report")
    .description(
      "write a release into one HTML file: weights, rates and p95 by version, verdicts with their numbers, who and why",
    )
    .option(
      "--output <file>",
      "the file, whose name ends in .html; one that is there is replaced (default: canary-report-<stack>-<begin>.html)",
      htmlFile,
    )
    .option(
      "--since <time>",
      "all moves from then on, not the last release: 2026-01-31T12:00:00Z, or so long ago: 2h",
      moment,
    )
    .option("--json", "print the same as JSON, and write nothing")
    .addHelpText(
      "after",
      `
Moves and the judge's verdicts come from the history in the cluster, error rates and latency from Prometheus where the stack has
monitoring. The file needs no network and runs no script; only you can read it (0600).
${examples("canaryctl report", "canaryctl report --since 24h --output releases.html", "canaryctl report --json")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../report.ts")).run(command));
}

function htmlFile(text: string): string {
  if (/[^/\\]\.html$/.test(text)) return text;
  throw new InvalidArgumentError("Allowed: a file whose name ends in .html.");
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.]\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** A time, or a duration back from now. */
function moment(text: string): Date {
  const seconds = parseDuration(text);
  const time =
    seconds === undefined ? new Date(isoTime.test(text) ? text : Number.NaN) : new Date(Date.now() - seconds * 1000);
  if (time.getTime() <= Date.now()) return time;
  throw new InvalidArgumentError(
    "Allowed: a time in the past such as 2026-01-31T12:00:00Z, or so long ago, such as 30m or 24h.",
  );
}
