import type { PreviewDigest } from "./digest.ts";
import type { Outcome } from "./outcome.ts";

/** In the order in which they count where several stacks are previewed; what was done well, with changes or without, is 0. */
const codes: readonly (readonly [outcomes: readonly Outcome[], code: number])[] = [
  [["refused", "failed"], 1],
  [["not-made"], 3],
];

/** @param isDetailed whether changes have a code of their own, 2 */
export function exitCodeOf(digests: readonly Pick<PreviewDigest, "outcome">[], isDetailed: boolean): number {
  for (const [outcomes, code] of codes) if (digests.some(({ outcome }) => outcomes.includes(outcome))) return code;
  return isDetailed && digests.some(({ outcome }) => outcome === "changes") ? 2 : 0;
}
