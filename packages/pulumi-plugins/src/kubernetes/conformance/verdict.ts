/** The name of the node on which the cases were recorded. */
const recordedNode = "lab-node";

/**
 * A replayed case without what only says where it ran: the recording has `<ip>` for its own addresses (10.0.0.0/8), and its
 * own node's name. The lab's addresses are in 198.18.0.0/15, which the recorder does not know.
 */
export const unplaced = (text: string): string =>
  text.replace(/\b198\.1[89](\.\d{1,3}){2}\b/g, "<ip>").replace(/("nodeName": ?)"canary-lab"/g, `$1"${recordedNode}"`);

export interface Verdict {
  readonly passed: boolean;
  /** The cases that differ and are not known to. */
  readonly surprising: readonly string[];
  /** What to say below the comparison, one line each. */
  readonly notes: readonly string[];
}

/** Judges what agree.mjs printed: `agree  <case>` and `differ <case>` lines. */
export function judge(comparison: string, known: Readonly<Record<string, string>>, leastAgreeing: number): Verdict {
  const cases = (word: string) =>
    [...comparison.matchAll(new RegExp(`^${word} +(\\S+)$`, "gm"))].map((match) => match[1] ?? "");
  const [agreeing, differing] = [cases("agree"), cases("differ")];
  const surprising = differing.filter((id) => !(id in known));
  const notes = [
    ...differing.filter((id) => id in known).map((id) => `known    ${id}: ${known[id]}`),
    ...surprising.map((id) => `NEW      ${id} differs and is not listed in known-differences.ts`),
    ...agreeing.filter((id) => id in known).map((id) => `resolved ${id} agrees now: take it off the list`),
  ];
  const isEnough = agreeing.length >= leastAgreeing;
  if (!isEnough) notes.push(`TOO FEW  ${agreeing.length} agree, ${leastAgreeing} must`);
  return { surprising, passed: surprising.length === 0 && isEnough && agreeing.length + differing.length > 0, notes };
}
