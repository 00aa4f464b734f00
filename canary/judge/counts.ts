/** Requests of one version between two readings of its counters; integers from 0. */
export interface Counts {
  readonly requests: number;
  /** How many of them were bad: failed, or slower than a limit. At most `requests`. */
  readonly bad: number;
}

/** The same stretch of time seen on both sides: a 2x2 table of good and bad requests of stable and canary. */
export interface Table {
  readonly stable: Counts;
  readonly canary: Counts;
}

/** Counts above this are refused: the sums of {@link logLikelihoods} were held against exact ones up to here. */
export const mostRequests = 1e9;

/** @throws RangeError where a number is not an integer, is negative, too large, or more requests were bad than there were */
export function checkCounts({ requests, bad }: Counts, where: string): void {
  if (!Number.isInteger(requests) || requests < 0 || requests > mostRequests)
    throw new RangeError(`${where} has ${requests} requests: allowed are integers from 0 to ${mostRequests}.`);
  if (!Number.isInteger(bad) || bad < 0 || bad > requests)
    throw new RangeError(`${where} has ${bad} bad ones of ${requests} requests: allowed are integers from 0 to that.`);
}

/** Whether a table can say anything of a difference: both sides had requests, and neither all nor none of them were bad. */
export function isInformative({ stable, canary }: Table): boolean {
  const bad = stable.bad + canary.bad;
  return stable.requests > 0 && canary.requests > 0 && bad > 0 && bad < stable.requests + canary.requests;
}
