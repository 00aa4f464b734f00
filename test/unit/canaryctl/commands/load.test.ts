import { expect, test } from "@jest/globals";
import { partText } from "../../../../canaryctl/src/commands/load.ts";

const names = { stable: "v1", canary: "v2" };
const at = new Date("2026-01-31T14:05:31Z");
const load = { sent: 250, skipped: 0, failed: 0, milliseconds: { p95: 11.7 } };

test("a part of a load is one line", () => {
  expect(partText(at, { load, answers: { stable: 226, canary: 24 } }, names)).toBe(
    "14:05:31Z  250 requests, 0 failed  v1 226 (90.4 %)  v2 24 (9.6 %)  p95 12 ms",
  );
});

test("what failed, was late, or was not answered at all is told", () => {
  const given = { sent: 40, skipped: 210, failed: 40, milliseconds: { p95: null } };
  expect(partText(at, { load: given, answers: { stable: 0, canary: 0 } }, names)).toBe(
    "14:05:31Z  40 requests, 40 failed, 210 not sent, for answers were late  v1 0  v2 0  no answer",
  );
});

test("answers that nobody can be told to have given leave no shares", () => {
  const given = { ...load, sent: 1000, failed: 18 };
  expect(partText(at, { load: given, answers: { stable: 927, canary: 0 } }, names)).toBe(
    "14:05:31Z  1000 requests, 18 failed  v1 927  v2 0  55 answers were counted for neither v1 nor v2, so the shares are not known  p95 12 ms",
  );
});

test("answers to what else the pod has sent are named", () => {
  expect(partText(at, { load, answers: { stable: 360, canary: 40 } }, names)).toBe(
    "14:05:31Z  250 requests, 0 failed (with 150 others that the pod sent meanwhile)  v1 360 (90 %)  v2 40 (10 %)  p95 12 ms",
  );
});
