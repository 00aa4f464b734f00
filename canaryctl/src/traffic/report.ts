import { percent, table } from "../print.ts";
import { confidence, type SplitVerdict } from "./verdict.ts";

/** A measured split as a table: per version, the share wanted and the share seen. */
export function splitTable({ sides, answered, failed }: SplitVerdict, subject = "Traffic"): readonly string[] {
  const rows = sides.map(({ version, wanted, seen, interval, isWithin }) => [
    version,
    percent(wanted / 100),
    answered > 0 ? percent(seen / answered) : "-",
    String(seen),
    interval ? `${interval.lowest}..${interval.highest}` : "-",
    isWithin ? "as wanted" : "NOT as wanted",
  ]);
  return [
    `${subject}: ${answered} requests from a pod in the mesh answered, ${failed} failed`,
    ...table([
      ["version", "wanted", "seen", "requests", `allowed (${Number((100 * confidence).toFixed(2))} %)`, "verdict"],
      ...rows,
    ]),
  ];
}
