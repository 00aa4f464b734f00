/** A part of a text that may be shortened at the ends of its lines. */
export interface Block {
  /** The lower, the more it matters: what matters least is shortened first. */
  readonly rank: number;
  /** Stand around the lines, and stay while any of them does. */
  readonly open?: readonly string[];
  readonly close?: readonly string[];
  readonly lines: readonly string[];
}

/**
 * The bytes of a text in UTF-8 with its last line end. No count of characters is greater than this one, neither that of GitHub nor the
 * length of a string here, so that one limit holds for all of them.
 */
export const sizeOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

/**
 * The blocks as one text of at most `most` bytes. Blocks of one rank share what those before them left; each that is shortened says by how
 * many lines, within its fence or fold, so that both are closed.
 *
 * @param most bytes; at least some hundreds, for what is left out is said
 */
export function fitTo(blocks: readonly Block[], most: number): string {
  const kept = new Map<Block, readonly string[]>();
  let left = most;
  for (const rank of [...new Set(blocks.map((block) => block.rank))].sort((one, other) => one - other)) {
    // Small ones first: what they do not need is for the others.
    const ofRank = blocks
      .filter((block) => block.rank === rank)
      .toSorted((one, other) => sizeOf(whole(one)) - sizeOf(whole(other)));
    for (const [index, block] of ofRank.entries()) {
      const lines = shortened(block, Math.floor(left / (ofRank.length - index)));
      kept.set(block, lines);
      left -= sizeOf(lines);
    }
  }
  return blocks.flatMap((block) => kept.get(block) ?? []).join("\n");
}

const whole = ({ open = [], lines, close = [] }: Block): readonly string[] => [...open, ...lines, ...close];

function shortened(block: Block, most: number): readonly string[] {
  const all = whole(block);
  if (sizeOf(all) <= most) return all;
  const { open = [], lines, close = [] } = block;
  const leftOut = (count: number) =>
    `… ${count} more ${count === 1 ? "line" : "lines"} left out, or the text would be too long; canaryctl preview --json has all.`;
  let room = most - sizeOf([...open, leftOut(lines.length), ...close]);
  let count = 0;
  while (count < lines.length && room >= sizeOf([lines[count] ?? ""])) room -= sizeOf([lines[count++] ?? ""]);
  if (count > 0) return [...open, ...lines.slice(0, count), leftOut(lines.length - count), ...close];
  const note = leftOut(lines.length);
  return sizeOf([note]) <= most ? [note] : [];
}
