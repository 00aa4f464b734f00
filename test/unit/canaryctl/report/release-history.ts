import { type Conclusion, conclude } from "../../../../canary/judge/conclusion.ts";
import type { HistoryEntry, Position } from "../../../../stacks/history-entry.ts";

export const begin = Date.parse("2026-01-31T12:00:00Z");

export const position = (change: Partial<Position> = {}): Position => ({
  strategy: "istio",
  canaryWeight: "0",
  canaryEnabled: "true",
  stableImage: "versioned-echo:v1",
  canaryImage: "versioned-echo:v2",
  ...change,
});

/** A move at so many seconds after the first one. */
export const move = (
  second: number,
  from: Partial<Position> | null,
  to: Partial<Position>,
  more: Partial<HistoryEntry> = {},
): HistoryEntry => ({
  at: new Date(begin + second * 1000).toISOString(),
  who: "ann@desk",
  command: "set-traffic",
  from: from && position(from),
  to: position(to),
  ...more,
});

const slice = (bad: number) => ({
  seconds: 1,
  stable: { requests: 270, bad: 0 },
  canary: { requests: 30, bad },
});
export const passed: Conclusion = conclude(Array(20).fill(slice(0)), {}, false);
export const failed: Conclusion = conclude(Array(3).fill(slice(9)), {}, false);

const none = { canaryEnabled: "false" };
export const created = move(0, none, {}, { command: "create-canary --image versioned-echo:v2" });
export const begun = move(10, {}, { canaryWeight: "20" });
export const stepped = move(40, { canaryWeight: "20" }, { canaryWeight: "50" }, { why: passed.reason, judged: passed });
export const rolledBack = move(60, { canaryWeight: "50" }, {}, { why: failed.reason, judged: failed });
export const finished = move(60, { canaryWeight: "50" }, { ...none, stableImage: "versioned-echo:v2" });

/** As the store gives them: from JSON, the newest first. */
export const stored = (...entries: readonly HistoryEntry[]): readonly HistoryEntry[] =>
  JSON.parse(JSON.stringify(entries.toReversed()));
