import { describe, expect, test } from "@jest/globals";
import type { Outcome } from "../../../apps/load-client/src/load-summary.ts";
import { parseLive } from "../../../bench/judge/live.ts";
import { alike, type Kind, kinds, planOf } from "../../../bench/judge/live-kinds.ts";
import { isKept, liveTable } from "../../../bench/judge/live-table.ts";
import { eventsOf, type LiveRelease, releaseOf } from "../../../bench/judge/live-timeline.ts";
import { configProblems } from "../../../stacks/config/parse-config.ts";

const kindOf = (name: string) => kinds.find((kind) => kind.name === name) ?? alike;
const errors = kindOf("errors 30 %");
const latency = kindOf("latency 2x");

/** Unix milliseconds; the release begins at second 0. */
const second = (value: number) => Date.parse("2026-01-01T00:00:00Z") + value * 1000;

/** Lines as `promote --judge --json` prints them, with the fields that are read. */
const look = (at: number, verdict: string, secondsAtThisWeight = 5) =>
  JSON.stringify({
    at: new Date(second(at)).toISOString(),
    wanted: { stable: 90, canary: 10 },
    secondsAtThisWeight,
    verdict,
  });
const ended = (at: number, ending: string, reason = "Because.") =>
  JSON.stringify({ at: new Date(second(at)).toISOString(), ending, reason });

const answer = (at: number, version: string | undefined, status = 200, milliseconds = 3): Outcome => ({
  at: second(at),
  milliseconds,
  status,
  version,
});

const walked = (lines: readonly string[], outcomes: readonly Outcome[], faultAsked?: number) => ({
  began: second(0),
  seconds: 20,
  stdout: lines.join("\n"),
  faultAsked: faultAsked === undefined ? undefined : second(faultAsked),
  outcomes,
});

describe("a release on the lab", () => {
  test("is found: times run from the canary's first bad answer after the fault", () => {
    const outcomes = [
      answer(3, "v2"),
      answer(4, "v2", 500), // before the fault: it is something else
      answer(10.5, "v2"),
      answer(11, "v2", 500),
      answer(11.5, "v1"),
      answer(12, "v2"),
      answer(12.5, undefined, 503), // of a proxy, in place of the canary
      { at: second(13), error: "ECONNRESET" },
      answer(14, "v1"),
    ];
    const lines = [look(9, "pass"), look(12, "inconclusive"), look(12.25, "fail"), ended(13, "rolled back")];
    expect(releaseOf(errors, walked(lines, outcomes, 10))).toEqual({
      kind: "errors 30 %",
      at: "2026-01-01T00:00:00.000Z",
      result: "found",
      reason: "Because.",
      seconds: 20,
      canaryRequests: 7,
      toVerdict: 1.25,
      toLastAnswer: 2,
      met: 4,
    });
  });

  test("is bad by its latency where an answer of the canary takes as long as the fault says", () => {
    const outcomes = [
      answer(1, "v1", 200, 90),
      answer(2, "v2", 200, 45),
      answer(3, "v2", 200, 80),
      answer(4, "v2", 200, 85),
    ];
    const release = releaseOf(latency, walked([look(8, "fail"), ended(9, "rolled back")], outcomes, 0));
    expect(release).toMatchObject({ result: "found", toVerdict: 5, toLastAnswer: 1, met: 2 });
  });

  test.each([
    ["with both sides alike", alike, undefined],
    ["before its fault came", errors, undefined],
    ["before its first bad answer", errors, 11],
  ])("that is failed %s is a false alarm", (_when, kind, faultAsked) => {
    const outcomes = [answer(3, "v2", 500), answer(13, "v2", 500)];
    const lines = [look(12, "fail"), ended(13, "rolled back")];
    expect(releaseOf(kind, walked(lines, outcomes, faultAsked)).result).toBe("false alarm");
  });

  test.each([
    ["promoted", "passed"],
    ["waits for a person", "passed"],
    ["no verdict", "no verdict"],
    ["held", "no verdict"],
    ["failed", "no verdict"],
  ])("that is %s is: %s", (ending, result) => {
    const release = releaseOf(errors, walked([look(5, "pass"), ended(6, ending)], [answer(3, "v2", 500)], 0));
    expect(release).toMatchObject({ result, met: 1 });
    expect(release).not.toHaveProperty("toLastAnswer");
  });

  test("whose command was killed is no verdict", () => {
    expect(releaseOf(alike, walked([look(5, "pass")], []))).toMatchObject({ result: "no verdict" });
  });
});

test("of what is printed so far only whole lines of JSON are read", () => {
  const text = ["Traffic: 100/0 -> 90/10", look(1, "pass", 12), look(2, "fail").slice(0, 40)].join("\n");
  expect(eventsOf(text).looks.map(({ secondsAtThisWeight }) => secondsAtThisWeight)).toEqual([12]);
  expect(eventsOf(text).ended).toBeUndefined();
});

const release = (kind: string, rest: Partial<LiveRelease> = {}): LiveRelease => ({
  kind,
  at: "2026-01-01T00:00:00.000Z",
  result: "passed",
  reason: "Because.",
  seconds: 40,
  canaryRequests: 900,
  ...rest,
});
const found = (toLastAnswer: number): LiveRelease =>
  release("errors 30 %", { result: "found", toVerdict: toLastAnswer - 0.5, toLastAnswer, met: toLastAnswer * 30 });

describe("the table of the releases", () => {
  test("has a row for each kind that was made", () => {
    const releases = [release("A/A"), release("A/A"), found(1), found(2), found(4)];
    expect(liveTable(kinds, releases)).toBe(
      [
        "| release | made | found | false alarms | passed | no verdict | first bad answer to the verdict, s | to the canary's last answer, s | requests that met it | must be | kept |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| A/A | 2 | – | 0 | 2 | 0 | – | – | – | no false alarm | yes |",
        "| errors 30 % | 3 | 3 | 0 | 0 | 0 | 0.5 / 1.5 / 3.5 | 1.0 / 2.0 / 4.0 | 30 / 60 / 120 | ≤ 2.5 s | yes |",
        "",
        "A/A: between 0.0 % and 84.2 % false alarms a release (95 %).",
      ].join("\n"),
    );
  });

  test("says what was wrong in a release that came to no verdict or to a false one", () => {
    const wrong = [release("A/A", { result: "false alarm" }), release("errors 5 %", { result: "no verdict" })];
    const text = liveTable(kinds, wrong);
    expect(text).toContain("A/A, 2026-01-01T00:00:00.000Z: false alarm. Because.");
    expect(text).toContain("errors 5 %, 2026-01-01T00:00:00.000Z: no verdict. Because.");
  });
});

test.each<[string, readonly LiveRelease[], Kind, boolean | undefined]>([
  ["nothing was made", [], errors, undefined],
  ["A/A passed", [release("A/A")], alike, true],
  ["A/A has no verdict", [release("A/A", { result: "no verdict" })], alike, true],
  ["one A/A is a false alarm", [release("A/A"), release("A/A", { result: "false alarm" })], alike, false],
  ["a bad one is found in time", [found(2.5)], errors, true],
  ["one of three is found late", [found(2), found(2), found(9)], errors, true],
  ["most are found late", [found(2.6), found(2.6), found(1)], errors, false],
  ["one of three passed", [found(1), found(1), release("errors 30 %")], errors, false],
  ["nothing is promised", [release("crash")], kindOf("crash"), undefined],
])("whether it is kept where %s", (_what, releases, kind, expected) => {
  expect(isKept(kind, releases)).toBe(expected);
});

test("the plans are what the config allows, and a healthy release is watched for 20 s", () => {
  for (const kind of kinds) expect(configProblems({ plan: planOf(kind) })).toEqual([]);
  expect(planOf(alike)).toEqual({
    steps: [
      { weight: 10, bake: "10s" },
      { weight: 30, bake: "10s" },
      { weight: 50, pause: true },
    ],
  });
});

describe("the arguments", () => {
  test("have the issue's numbers as defaults", () => {
    expect(parseLive([])).toEqual({ chosen: kinds, alike: 40, bad: 10, minutes: 120 });
  });

  test("choose kinds by a part of their names", () => {
    const args = ["--only", "A/A", "--only", "errors 5 %", "--releases", "2", "--bad", "0", "--minutes", "5"];
    expect(parseLive(args)).toEqual({ chosen: [alike, kindOf("errors 5 %")], alike: 2, bad: 0, minutes: 5 });
  });

  test.each([
    [["--only", "nothing"]],
    [["--releases", "-1"]],
    [["--bad", "1001"]],
    [["--minutes", "0"]],
    [["--minutes", "soon"]],
    [["--help"]],
    [["A/A"]],
  ])("%j are refused", (args) => {
    expect(parseLive(args)).toBeUndefined();
  });
});
