import { expect, test } from "@jest/globals";
import { nanosOf } from "../../src/kube/quantity.ts";

test.each([
  ["1", 10n ** 9n],
  ["100m", 10n ** 8n],
  ["1.5", 1_500_000_000n],
  [".5", 500_000_000n],
  ["-1", -(10n ** 9n)],
  ["64Mi", 64n * 1024n ** 2n * 10n ** 9n],
  ["0.5Ki", 512n * 10n ** 9n],
  ["1e3", 10n ** 12n],
  ["1E", 10n ** 27n],
  ["1n", 1n],
  ["0.5n", undefined], // finer than a billionth
  ["16Ei", undefined], // more than 2^63
  ["1e99", undefined],
  ["64MB", undefined],
  ["1 Gi", undefined],
  ["", undefined],
  ["-", undefined],
])("%s in billionths", (text, nanos) => expect(nanosOf(text)).toBe(nanos));
