import { rateInterval } from "../../canary/rate-interval.ts";
import { median } from "../table.ts";
import type { Kind } from "./live-kinds.ts";
import type { LiveRelease } from "./live-timeline.ts";

/** Whether the releases of a kind are what it promises; undefined where it promises nothing. */
export function isKept(kind: Kind, releases: readonly LiveRelease[]): boolean | undefined {
  const made = madeOf(kind, releases);
  if (!kind.fault) return made.every(({ result }) => result !== "false alarm");
  if (kind.within === undefined || made.length === 0) return undefined;
  const seconds = made.map(({ toLastAnswer = Number.POSITIVE_INFINITY }) => toLastAnswer);
  return made.every(({ result }) => result === "found") && median(seconds) <= kind.within;
}

/** Those of one kind. */
export const madeOf = ({ name }: Kind, releases: readonly LiveRelease[]): readonly LiveRelease[] =>
  releases.filter(({ kind }) => kind === name);

/** The releases as a Markdown table, a row for each kind that has some; below it what the false alarms of A/A say, and each failed A/A. */
export function liveTable(kinds: readonly Kind[], releases: readonly LiveRelease[]): string {
  const head = [
    ...["release", "made", "found", "false alarms", "passed", "no verdict", "first bad answer to the verdict, s"],
    ...["to the canary's last answer, s", "requests that met it", "must be", "kept"],
  ];
  const rows = kinds.flatMap((kind) => {
    const made = madeOf(kind, releases);
    return made.length === 0 ? [] : [rowOf(kind, made)];
  });
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return [table, ...kinds.flatMap((kind) => notesOf(kind, releases))].join("\n\n");
}

function rowOf(kind: Kind, made: readonly LiveRelease[]): readonly string[] {
  const count = (result: LiveRelease["result"]) => String(made.filter((release) => release.result === result).length);
  const spread = (read: (release: LiveRelease) => number | undefined, digits: number) =>
    spreadText(
      made.flatMap((release) => read(release) ?? []),
      digits,
    );
  const kept = isKept(kind, made);
  return [
    ...[kind.name, String(made.length), kind.fault ? count("found") : "–"],
    ...[count("false alarm"), count("passed"), count("no verdict")],
    spread(({ toVerdict }) => toVerdict, 1),
    spread(({ toLastAnswer }) => toLastAnswer, 1),
    spread(({ met }) => met, 0),
    kind.fault ? (kind.within === undefined ? "–" : `≤ ${kind.within} s`) : "no false alarm",
    kept === undefined ? "–" : kept ? "yes" : "NO",
  ];
}

/** Such as `0.8 / 1.2 / 2.0`: the least, the median and the most. */
function spreadText(values: readonly number[], digits: number): string {
  if (values.length === 0) return "–";
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(digits)).join(" / ");
}

const confidence = 0.95;

function notesOf(kind: Kind, releases: readonly LiveRelease[]): readonly string[] {
  const made = madeOf(kind, releases);
  const wrong = made.filter(({ result }) => result === "false alarm" || result === "no verdict");
  const interval = kind.fault
    ? undefined
    : rateInterval(made.filter(({ result }) => result === "false alarm").length, made.length, confidence);
  return [
    ...(interval
      ? [
          `${kind.name}: between ${percent(interval.lower)} and ${percent(interval.upper)} false alarms a release (95 %).`,
        ]
      : []),
    ...wrong.map(({ at, result, reason }) => `${kind.name}, ${at}: ${result}. ${reason}`),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
