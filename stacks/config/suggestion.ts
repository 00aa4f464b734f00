/** What was meant by a name that is not known, or else all names that are. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `allowed: ${known.join(", ")}` : `did you mean ${near}?`;
}

/**
 * The name that was perhaps meant: the one that differs least, as a whole or in its last words (`weigth` of `canaryWeight`), where that is
 * at most every third letter, and at most three.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const most = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
  const [near] = known
    .map((each) => ({ each, distance: Math.min(...endings(each).map((end) => editDistance(name.toLowerCase(), end))) }))
    .sort((one, other) => one.distance - other.distance);
  return near && near.distance <= most ? near.each : undefined;
}

/** A name, and what is left of it word by word: `canaryweight` and `weight` of `canaryWeight`. */
const endings = (name: string): readonly string[] =>
  [0, ...Array.from(name.matchAll(/[A-Z]/g), ({ index }) => index)].map((start) => name.slice(start).toLowerCase());

/** How many letters must be put in, left out or exchanged to turn one word into the other (Levenshtein 1965). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const exchanged = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
