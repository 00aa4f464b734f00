import { expect, test } from "@jest/globals";
import { partText } from "../../../../canaryctl/src/commands/load.ts";

const names = { stable: "v1", canary: "v2" };
const at = new Date(2026, 0, 31, 14, 5, 31);
const part = { at, sent: 250, skipped: 0, failed: 0, milliseconds: { p95: 11.7 } };

test("a part of a load is one line", () => {
  expect(partText(part, { stable: 226, canary: 24 }, names)).toBe(
    "14:05:31  250 requests, 0 failed  v1 226 (90.4 %)  v2 24 (9.6 %)  p95 12 ms",
  );
});

test("what failed, was late, or was not answered at all is told", () => {
  const given = { ...part, sent: 40, skipped: 210, failed: 40, milliseconds: { p95: null } };
  expect(partText(given, { stable: 0, canary: 0 }, names)).toBe(
    "14:05:31  40 requests, 40 failed, 210 not sent, for answers were late  v1 0 (0 %)  v2 0 (0 %)  no answer",
  );
});
