/** Several runs of one measure, in `unit`. At least one. */
interface Samples {
  readonly values: readonly number[];
  readonly unit: "s" | "MB" | "GB" | "requests" | "χ²" | "µs" | "ms";
}

/** What a measure is held against, taken in the same run on the same machine. */
export interface Floor extends Samples {
  readonly name: string;
}

/** One line of the table. */
export interface Row extends Samples {
  readonly what: string;
  readonly floors?: readonly Floor[];
  /** Upper limit for the median; absent where the row only explains another. */
  readonly atMost?: number;
  /** Upper limit for the median's ratio to the first floor's. */
  readonly ratioAtMost?: number;
  /** Upper limit for what the median is above the first floor's. */
  readonly aboveFloorAtMost?: number;
}

const smallest = (values: readonly number[]): number => Math.min(...values);

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** The smallest value that at least this share of the values does not exceed (nearest rank). */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;

/** How much y grows with each x: the slope of the line of least squares. At least two different x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middleX = mean(points.map(([x]) => x));
  const middleY = mean(points.map(([, y]) => y));
  const both = points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0);
  return both / points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
}

/** Whether a row keeps what it promises; undefined where it promises nothing. */
export function verdict(row: Row): boolean | undefined {
  const [floor] = row.floors ?? [];
  const promises: boolean[] = [];
  if (row.atMost !== undefined) promises.push(median(row.values) <= row.atMost);
  if (row.ratioAtMost !== undefined && floor)
    promises.push(median(row.values) / median(floor.values) <= row.ratioAtMost);
  if (row.aboveFloorAtMost !== undefined && floor)
    promises.push(median(row.values) - median(floor.values) <= row.aboveFloorAtMost);
  return promises.length === 0 ? undefined : promises.every(Boolean);
}

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1));

function target({ atMost, ratioAtMost, aboveFloorAtMost, unit }: Row): string {
  const parts = [
    atMost === undefined ? [] : [atMost === 0 ? `0 ${unit}` : `≤ ${atMost} ${unit}`],
    ratioAtMost === undefined ? [] : [`≤ ${number(ratioAtMost)}x`],
    aboveFloorAtMost === undefined ? [] : [`≤ floor + ${aboveFloorAtMost} ${unit}`],
  ];
  return parts.flat().join(", ") || "–";
}

/** The measures as a Markdown table: each beside its floors, with the ratio of the medians. */
export function renderTable(rows: readonly Row[]): string {
  const head = ["what", "min", "median", "p95", "runs", "floor (min / median)", "ratio", "must be", "kept"];
  const lines = rows.map((row) => {
    const floors = row.floors ?? [];
    const kept = verdict(row);
    return [
      row.what,
      `${number(smallest(row.values))} ${row.unit}`,
      `${number(median(row.values))} ${row.unit}`,
      `${number(percentile(row.values, 0.95))} ${row.unit}`,
      String(row.values.length),
      floors
        .map(
          (floor) => `${floor.name}: ${number(smallest(floor.values))} / ${number(median(floor.values))} ${floor.unit}`,
        )
        .join("; ") || "–",
      floors.map((floor) => `${number(median(row.values) / median(floor.values))}x`).join("; ") || "–",
      target(row),
      kept === undefined ? "–" : kept ? "yes" : "NO",
    ];
  });
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
