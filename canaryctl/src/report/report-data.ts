import type { Conclusion } from "../../../canary/judge/conclusion.ts";
import { factsOf, strategyNames } from "../../../canary/strategies.ts";
import { changeText, sourceText } from "../history/entry.ts";
import type { Recorded, RecordedVerdict } from "./recorded.ts";
import { outcomeOf, type Period, shareAfter } from "./release.ts";
import type { Traffic } from "./traffic.ts";

/** A move, as a person reads it. */
export interface ReportedMove {
  /** From 1 on, in the order of time. */
  readonly number: number;
  /** When its command had ended. */
  readonly at: Date;
  readonly who: string;
  readonly command: string;
  readonly from: string;
  readonly to: string;
  /** Percent that the new version was to have from then on. */
  readonly share: number;
  readonly why: string | null;
  /** Where the image comes from. */
  readonly source: string | null;
  readonly failed: string | null;
  /** What the judge said then. */
  readonly judged: RecordedVerdict | Conclusion | null;
}

/** What a report does not hold, and how to have it the next time. */
export interface Lacking {
  readonly what: string;
  /** Commands, each as it runs. */
  readonly next: readonly string[];
}

/** All that a report says: the page and the JSON are made of it. Where a bound is infinite JSON has null. */
export interface Report {
  readonly made: Date;
  readonly stack: string;
  readonly app: string;
  readonly namespace: string;
  readonly strategy: string;
  readonly begin: Date;
  /** Null while it goes on. */
  readonly end: Date | null;
  /** False where the history does not reach back to the beginning. */
  readonly isWhole: boolean;
  readonly outcome: string;
  readonly stableImage: string;
  readonly canaryImage: string;
  readonly moves: readonly ReportedMove[];
  /** Of the callers' proxies, by Prometheus. */
  readonly traffic: Traffic | null;
  /** The judge's verdict on all of that traffic, computed for this report. */
  readonly judged: Conclusion | null;
  readonly lacking: readonly Lacking[];
}

/** What is known of the traffic. */
export type Counted = Pick<Report, "traffic" | "judged" | "lacking">;

/** @param unreadable how many entries of the history are none */
export function reportOf(
  { entries, ...period }: Period,
  about: Pick<Report, "made" | "stack" | "app" | "namespace">,
  counted: Counted,
  unreadable: number,
): Report {
  const [first] = entries as readonly [Recorded];
  const last = entries.at(-1) ?? first;
  return {
    ...about,
    strategy: last.to.strategy,
    begin: period.begin,
    end: period.end ?? null,
    isWhole: period.isWhole,
    outcome: outcomeOf({ entries }),
    stableImage: first.from?.stableImage ?? first.to.stableImage,
    canaryImage: entries.findLast(({ to }) => to.canaryEnabled === "true")?.to.canaryImage ?? last.to.canaryImage,
    moves: entries.map(moveOf),
    ...counted,
    lacking: [...counted.lacking, ...ofHistory(period.isWhole, unreadable), ...ofController(last.to.strategy)],
  };
}

const moveOf = (entry: Recorded, index: number): ReportedMove => ({
  number: index + 1,
  at: new Date(entry.at),
  who: entry.who,
  command: entry.command,
  ...changeText(entry),
  share: shareAfter(entry),
  why: entry.why ?? null,
  source: entry.source ? sourceText(entry.source) : null,
  failed: entry.failed ?? null,
  judged: entry.judged ?? null,
});

const ofHistory = (isWhole: boolean, unreadable: number): readonly Lacking[] => [
  ...(isWhole ? [] : [{ what: "The beginning of the release: the history keeps the last 200 moves.", next: [] }]),
  ...(unreadable === 0
    ? []
    : [{ what: `${unreadable} entries of the history: they were edited into something else.`, next: [] }]),
];

/** Whose steps nobody records: the history has what people did. */
function ofController(strategy: string): readonly Lacking[] {
  const name = strategyNames.find((each) => each === strategy);
  if (!name || !["rollout-controller", "deployment-controller"].includes(factsOf(name).owner)) return [];
  return [
    {
      what: `The share between the moves: with strategy ${name} a controller takes the steps, and the history has what people did.`,
      next: ["npx canaryctl status"],
    },
  ];
}
