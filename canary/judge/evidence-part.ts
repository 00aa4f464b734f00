/** How far evidence is on its way to a bound, 0..1, by the logarithm, for evidence multiplies: 0 at 1 or below, 1 at the bound. */
export const evidencePart = (evidence: number, bound: number): number =>
  evidence <= 1 || bound <= 1 ? 0 : Math.min(1, Math.log(evidence) / Math.log(bound));
