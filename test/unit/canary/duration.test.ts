import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../../canary/duration.ts";

describe("durations", () => {
  test.each([
    ["30s", 30],
    ["1m", 60],
    ["24h", 86_400],
  ])("%s is %i seconds", (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  test.each(["", "0s", "1", "1.5m", "-1m", "1d", "1m30s", " 1m", "01m"])("%j is none", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  test("what is written is read as it was", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), (seconds) => parseDuration(formatDuration(seconds)) === seconds),
    );
  });

  test.each([
    [0, "0s"],
    [90, "90s"],
    [120, "2m"],
    [7200, "2h"],
  ])("%i is written %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});
