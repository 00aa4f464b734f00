import { describe, expect, test } from "@jest/globals";
import { readRecorded } from "../../../../canaryctl/src/report/recorded.ts";
import {
  lastRelease,
  movesSince,
  outcomeOf,
  type Period,
  shareAfter,
} from "../../../../canaryctl/src/report/release.ts";
import type { HistoryEntry } from "../../../../stacks/history-entry.ts";
import {
  begin,
  begun,
  created,
  failed,
  finished,
  move,
  passed,
  rolledBack,
  stepped,
  stored,
} from "./release-history.ts";

const recorded = (...entries: readonly HistoryEntry[]) => readRecorded(stored(...entries)).entries;
const told = (period: Period | undefined) =>
  period && {
    moves: period.entries.map(({ at }) => (Date.parse(at) - begin) / 1000),
    end: period.end && (period.end.getTime() - begin) / 1000,
    isWhole: period.isWhole,
    outcome: outcomeOf(period),
  };
const newImage = { canaryImage: "versioned-echo:v3" };

describe("the last release", () => {
  test("goes from where its canary began to where it was rolled back", () => {
    const of = told(lastRelease(recorded(created, begun, stepped, rolledBack)));
    expect(of).toEqual({ moves: [0, 10, 40, 60], end: 60, isWhole: true, outcome: "rolled back" });
  });

  test("ends with its promotion, and gives the new version all of the traffic then", () => {
    const entries = recorded(created, begun, stepped, finished);
    expect(told(lastRelease(entries))).toMatchObject({ end: 60, outcome: "promoted" });
    expect(entries.map(shareAfter)).toEqual([0, 20, 50, 100]);
  });

  test("is one of another image than the release before it", () => {
    const next = move(100, {}, newImage);
    expect(told(lastRelease(recorded(created, begun, rolledBack, next)))).toEqual({
      moves: [100],
      end: undefined,
      isWhole: true,
      outcome: "under way, without traffic so far",
    });
  });

  test("goes on where a rolled back canary is given traffic again", () => {
    const again = move(90, {}, { canaryWeight: "5" });
    expect(told(lastRelease(recorded(created, begun, rolledBack, again)))).toMatchObject({
      moves: [0, 10, 60, 90],
      end: undefined,
      outcome: "under way at 5 %",
    });
  });

  test("has the rollback after its promotion, and not what else came later", () => {
    const none = { canaryEnabled: "false" };
    const after = { ...none, stableImage: "versioned-echo:v2" };
    const strategy = move(80, after, { ...after, strategy: "gateway-api" });
    const back = move(90, after, { ...none, stableImage: "versioned-echo:v1" });
    const of = told(lastRelease(recorded(created, begun, finished, strategy, back)));
    expect(of).toMatchObject({ moves: [0, 10, 60, 90], outcome: "rolled back after it was promoted" });
  });

  test("says where its beginning has been dropped", () => {
    const of = told(lastRelease(recorded(begun, stepped)));
    expect(of).toEqual({ moves: [10, 40], end: undefined, isWhole: false, outcome: "under way at 50 %" });
  });

  test("is none where there was no canary", () => {
    const none = { canaryEnabled: "false" };
    expect(
      lastRelease(recorded(move(0, null, none), move(1, none, { ...none, strategy: "gateway-api" }))),
    ).toBeUndefined();
    expect(lastRelease([])).toBeUndefined();
  });
});

test("the moves since a moment are all of them, of whichever release", () => {
  const entries = recorded(created, begun, rolledBack, move(100, {}, newImage));
  expect(told(movesSince(entries, new Date(begin + 60_000)))).toMatchObject({ moves: [60, 100], isWhole: true });
  expect(movesSince(entries, new Date(begin + 101_000))).toBeUndefined();
});

test("a verdict is read back with its numbers, infinite bounds too, and what is no entry is counted", () => {
  const edited = { ...begun, to: { ...begun.to, canaryWeight: "many" } };
  const { entries, unreadable } = readRecorded(stored(stepped, edited, rolledBack));
  expect(entries.map(({ judged }) => judged)).toEqual([passed, failed]);
  expect(passed.numbers.tests[0]?.factor?.upper).toBe(Number.POSITIVE_INFINITY);
  expect(unreadable).toBe(1);
});
