/** Beyond that only the order of size differs, which tells a reader nothing. */
const mostShown = 1000;

/** Evidence in three digits that count; `over 1000` beyond that, or over its bound where that is higher. */
export function evidenceText(evidence: number, bound: number): string {
  const most = Math.max(mostShown, bound);
  return evidence > most ? `over ${Number(most.toPrecision(3))}` : String(Number(evidence.toPrecision(3)));
}
