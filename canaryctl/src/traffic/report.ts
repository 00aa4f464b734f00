import { percent, table } from "../print.ts";
import { confidence, type SplitVerdict } from "./verdict.ts";

/** A measured split as a table: per version, the share wanted and the share seen. */
export function splitTable(
  { sides, answered, failed, others, untold }: SplitVerdict,
  subject = "Traffic",
): readonly string[] {
  const rows = sides.map(({ version, wanted, seen, interval, isWithin }) => [
    version,
    percent(wanted / 100),
    interval ? percent(seen / answered) : "-",
    String(seen),
    interval ? `${interval.lowest}..${interval.highest}` : "-",
    untold > 0 ? "not known" : isWithin ? "as wanted" : "NOT as wanted",
  ]);
  return [
    `${subject}: ${answered + untold} requests from a pod in the mesh answered, ${failed} failed${othersText(others)}`,
    ...table([
      ["version", "wanted", "seen", "requests", `allowed (${Number((100 * confidence).toFixed(2))} %)`, "verdict"],
      ...rows,
    ]),
    ...(untold > 0
      ? [
          `  ${untoldText(
            untold,
            sides.map(({ version }) => version),
          )}`,
        ]
      : []),
  ];
}

/** What else is among the requests that were counted; empty where there is nothing. */
export const othersText = (others: number): string =>
  others === 0 ? "" : ` (with ${others} ${others === 1 ? "other" : "others"} that the pod sent meanwhile)`;

/** Why there are no shares. */
export const untoldText = (untold: number, versions: readonly string[]): string =>
  `${untold} answers were counted for neither ${versions.join(" nor ")}, so the shares are not known`;
