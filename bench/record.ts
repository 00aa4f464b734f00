import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { isDeepStrictEqual } from "node:util";
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
export interface RecordedRow extends Summary, Measured {
  readonly what: string;
  readonly unit: Row["unit"];
  readonly runs: number;
  readonly floors: readonly ({ readonly name: string } & Summary)[];
  /** Absent where the row promises nothing. */
  readonly kept?: boolean;
}

/** When and where something was measured. */
export interface Measured {
  /** ISO 8601. */
  readonly at: string;
  readonly machine: {
    readonly processors: number;
    readonly model: string;
    readonly memoryGB: number;
    readonly kernel: string;
  };
  readonly versions: { readonly node: string; readonly istio: string };
}

/** The last values of each measure that was taken on this lab. */
const file = inLab("bench.json");

const summary = (values: readonly number[]): Summary => ({
  min: Math.min(...values),
  median: median(values),
  p95: percentile(values, 0.95),
});

export function recordOf(rows: readonly Row[], at = new Date()): readonly RecordedRow[] {
  const [processor] = cpus();
  const measured: Measured = {
    at: at.toISOString(),
    machine: {
      processors: cpus().length,
      model: processor?.model ?? "unknown",
      memoryGB: Math.round(totalmem() / 1e9),
      kernel: release(),
    },
    versions: { node: process.versions.node, istio: istioVersion },
  };
  return rows.map((row) => {
    const kept = verdict(row);
    return {
      what: row.what,
      unit: row.unit,
      runs: row.values.length,
      ...summary(row.values),
      floors: (row.floors ?? []).map(({ name, values }) => ({ name, ...summary(values) })),
      ...(kept !== undefined && { kept }),
      ...measured,
    };
  });
}

/** How much slower a measure may be than the last time: machines are shared, and noisy. */
const mostGrowth = 1.2;

/**
 * What has become slower than the last time on this machine: against its floor where it has one, for a busy machine slows down both. Measures
 * that one of the two has not are left out.
 */
export function regressions(last: readonly RecordedRow[], now: readonly RecordedRow[]): readonly string[] {
  const before = new Map(last.map((row) => [row.what, row]));
  return now.flatMap((row) => {
    const old = before.get(row.what);
    if (!old || !isDeepStrictEqual(old.machine, row.machine)) return [];
    const [was, is] = [held(old), held(row)];
    if (was.of !== is.of || is.value <= was.value * mostGrowth) return [];
    const against = is.of ? ` (against ${is.of})` : "";
    return `${row.what}: ${round(was.value)} ${is.unit} on ${old.at}, ${round(is.value)} now${against}`;
  });
}

function held({ median: value, unit, floors: [floor] }: RecordedRow) {
  return floor && floor.median > 0
    ? { value: value / floor.median, unit: "x", of: floor.name }
    : { value, unit, of: undefined };
}

const round = (value: number): number => Number(value.toPrecision(3));

/** Keeps what was measured in place of the last values of the same measures, and says what has become slower. */
export function keepRecord(rows: readonly Row[]): readonly string[] {
  const now = recordOf(rows);
  if (now.length === 0) return [];
  const last: readonly RecordedRow[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  const others = last.filter(({ what }) => now.every((row) => row.what !== what));
  writePrivateFile(file, `${JSON.stringify([...now, ...others], null, 2)}\n`);
  const slower = regressions(last, now);
  return [
    `Kept in ${file}.`,
    ...(slower.length > 0 ? ["Slower than the last time:", ...slower.map((line) => `- ${line}`)] : []),
  ];
}
