import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { roundUp, timeTicks, valueTicks } from "../../../../canaryctl/src/report/scale.ts";
import { lengthText, short, spanText } from "../../../../canaryctl/src/report/words.ts";

const at = (iso: string) => new Date(`${iso}Z`);
const labels = (begin: string, end: string) => timeTicks(at(begin), at(end)).map(({ label }) => label);

test("an axis of time has round times of UTC, with the day where there are several", () => {
  expect(labels("2026-01-31T12:03:12", "2026-01-31T12:16:22")).toEqual(["12:05", "12:10", "12:15"]);
  expect(labels("2026-01-31T12:00:00", "2026-01-31T12:00:40")).toEqual([
    "12:00:00",
    "12:00:10",
    "12:00:20",
    "12:00:30",
    "12:00:40",
  ]);
  expect(labels("2026-01-31T20:00:00", "2026-02-02T02:00:00")).toEqual(["02-01 00h", "02-01 12h", "02-02 00h"]);
  expect(labels("2026-01-01T00:00:00", "2026-01-20T00:00:00")).toEqual(["01-01", "01-08", "01-15"]);
});

test("it has at most five of them, all of them on it, for however long a time", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e9 }), fc.integer({ min: 60, max: 1e9 }), (first, length) => {
      const [begin, end] = [new Date(first * 1000), new Date((first + length) * 1000)];
      const ticks = timeTicks(begin, end);
      expect(ticks.length).toBeLessThanOrEqual(5);
      for (const { value } of ticks) expect(begin <= value && value <= end).toBe(true);
    }),
  );
});

test("an axis of values ends at a round one, at or above what it shows", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (value) => {
      expect(roundUp(value)).toBeGreaterThanOrEqual(value * 0.999999);
      expect(roundUp(value)).toBeLessThanOrEqual(value * 2.51);
    }),
  );
  expect([0, Number.NaN, 0.03, 0.1, 260].map(roundUp)).toEqual([1, 1, 0.05, 0.1, 500]);
  expect(valueTicks(0.1, String).map(({ label }) => label)).toEqual(["0", "0.025", "0.05", "0.075", "0.1"]);
});

test("numbers and times are short, and say their units", () => {
  expect([0, 0.000000266, 0.0516, 1.333, 1234.5, 8.78e8, Number.POSITIVE_INFINITY].map(short)).toEqual([
    "0",
    "2.66e-7",
    "0.0516",
    "1.33",
    "1,230",
    "8.78e8",
    "∞",
  ]);
  const lengths = [0, 59, 790, 3600, 3661, 90_000].map((seconds) => lengthText(new Date(0), new Date(seconds * 1000)));
  expect(lengths).toEqual(["0 s", "59 s", "13 min 10 s", "1 h", "1 h 1 min", "1 d 1 h"]);
  expect(spanText(at("2026-01-31T12:00:05"), at("2026-01-31T12:01:00"))).toBe("12:00:05 to 12:01:00");
  expect(spanText(at("2026-01-31T12:00:05"), at("2026-02-01T12:01:00"))).toBe(
    "2026-01-31 12:00:05 to 2026-02-01 12:01:00",
  );
});
