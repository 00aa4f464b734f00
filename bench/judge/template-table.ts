import { median } from "../table.ts";
import type { Kind } from "./live-kinds.ts";
import { limits } from "./template-run.ts";

/** What came of one release. */
export interface TemplateRelease {
  readonly kind: string;
  readonly checks: readonly {
    readonly limit: number;
    readonly phase: string;
    /** From the start of the check to its end; absent where it never ended. */
    readonly seconds?: number;
    /** Requests that the canary got until then, or until the time was over. */
    readonly met: number;
  }[];
}

/** A row for each kind that has releases, with a pair of columns for each limit. */
export function templateTable(kinds: readonly Kind[], releases: readonly TemplateRelease[], minutes: number): string {
  const head = [
    "release",
    "made",
    ...limits.flatMap((limit) => [
      `at ${Math.round(limit * 100)} %: stopped, median seconds to it`,
      "requests that met it",
    ]),
  ];
  const rows = kinds.flatMap(({ name }) => {
    const made = releases.filter(({ kind }) => kind === name);
    return made.length === 0 ? [] : [[name, String(made.length), ...limits.flatMap((limit) => cellsOf(made, limit))]];
  });
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `${table}\n\nWhat was not stopped was watched for ${minutes} minutes.`;
}

function cellsOf(made: readonly TemplateRelease[], limit: number): readonly string[] {
  const checks = made.flatMap((release) => release.checks.filter((check) => check.limit === limit));
  const stopped = checks.filter(({ phase }) => phase === "Failed");
  const others = [
    ...new Set(checks.map(({ phase }) => phase).filter((phase) => !["Failed", "Running"].includes(phase))),
  ];
  const seconds = stopped.flatMap((check) => check.seconds ?? []);
  return [
    [
      `${stopped.length}${seconds.length > 0 ? `, ${median(seconds).toFixed(0)}` : ""}`,
      ...others.map((phase) => `${checks.filter((check) => check.phase === phase).length} ${phase}`),
    ].join("; "),
    checks.length > 0 ? median(checks.map(({ met }) => met)).toFixed(0) : "–",
  ];
}
