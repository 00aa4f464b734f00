import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab } from "../cluster/lab-folder.ts";
import { istioVersion } from "../stacks/versions.ts";
import { median, percentile, type Row, verdict } from "./table.ts";

/** What several runs of one measure came to, in the row's unit. */
interface Summary {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
}

/** One line of a run, for programs. */
interface RecordedRow extends Summary {
  readonly what: string;
  readonly unit: Row["unit"];
  readonly runs: number;
  readonly floors: readonly ({ readonly name: string } & Summary)[];
  /** Absent where the row promises nothing. */
  readonly kept?: boolean;
}

/** A run of the bench. */
export interface BenchRecord {
  /** ISO 8601. */
  readonly at: string;
  readonly machine: {
    readonly processors: number;
    readonly model: string;
    readonly memoryGB: number;
    readonly kernel: string;
  };
  readonly versions: { readonly node: string; readonly istio: string };
  readonly rows: readonly RecordedRow[];
}

/** The last values of each measure that was taken on this lab. */
const file = inLab("bench.json");

const summary = (values: readonly number[]): Summary => ({
  min: Math.min(...values),
  median: median(values),
  p95: percentile(values, 0.95),
});

export function recordOf(rows: readonly Row[], at = new Date()): BenchRecord {
  const [processor] = cpus();
  return {
    at: at.toISOString(),
    machine: {
      processors: cpus().length,
      model: processor?.model ?? "unknown",
      memoryGB: Math.round(totalmem() / 1e9),
      kernel: release(),
    },
    versions: { node: process.versions.node, istio: istioVersion },
    rows: rows.map((row) => {
      const kept = verdict(row);
      return {
        what: row.what,
        unit: row.unit,
        runs: row.values.length,
        ...summary(row.values),
        floors: (row.floors ?? []).map(({ name, values }) => ({ name, ...summary(values) })),
        ...(kept !== undefined && { kept }),
      };
    }),
  };
}

/** How much slower a measure may be than the last time: machines are shared, and noisy. */
const mostGrowth = 1.2;

/**
 * What has become slower since the last run: against its floor where it has one, for a busy machine slows down both. Measures that one of the
 * two has not are left out.
 */
export function regressions(last: BenchRecord, now: BenchRecord): readonly string[] {
  const before = new Map(last.rows.map((row) => [row.what, row]));
  return now.rows.flatMap((row) => {
    const old = before.get(row.what);
    if (!old) return [];
    const [was, is] = [old, row].map(held);
    if (was === undefined || is === undefined || was.of !== is.of || is.value <= was.value * mostGrowth) return [];
    return `${row.what}: ${round(was.value)} ${is.unit} before, ${round(is.value)} now${is.of ? ` (against ${is.of})` : ""}`;
  });
}

function held({ median: value, unit, floors: [floor] }: RecordedRow) {
  return floor && floor.median > 0
    ? { value: value / floor.median, unit: "x", of: floor.name }
    : { value, unit, of: undefined };
}

const round = (value: number): number => Number(value.toPrecision(3));

/** Keeps what was measured, beside what earlier runs measured and this one did not, and says what has become slower. */
export function keepRecord(rows: readonly Row[]): readonly string[] {
  const now = recordOf(rows);
  const last: BenchRecord | undefined = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  const others = last?.rows.filter(({ what }) => now.rows.every((row) => row.what !== what)) ?? [];
  writePrivateFile(file, `${JSON.stringify({ ...now, rows: [...now.rows, ...others] }, null, 2)}\n`);
  if (!last) return [`Kept in ${file}.`];
  const slower = regressions(last, now);
  const since = `since the run of ${last.at}`;
  return [
    `Kept in ${file}.`,
    ...(slower.length > 0
      ? [`Slower ${since}:`, ...slower.map((line) => `- ${line}`)]
      : [`Nothing is slower ${since}.`]),
  ];
}
