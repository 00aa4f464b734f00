import type { Recorded } from "./recorded.ts";

/** The moves that a report is about. */
export interface Period {
  /** The oldest first; at least one. */
  readonly entries: readonly Recorded[];
  readonly begin: Date;
  /** Undefined while it goes on. */
  readonly end: Date | undefined;
  /** False where the history does not reach back to its beginning. */
  readonly isWhole: boolean;
}

const hasCanary = (position: Recorded["to"]): boolean => position.canaryEnabled === "true";

const begins = ({ from, to }: Recorded): boolean =>
  hasCanary(to) && (!from || !hasCanary(from) || from.canaryImage !== to.canaryImage);

/** Whether an entry made the canary's image the stable one. */
export const isPromotion = ({ from, to }: Recorded): boolean =>
  from !== null && from.stableImage !== to.stableImage && from.canaryImage === to.stableImage;

/** Percent of the traffic that the new version was to have after an entry, by the config; all of it when it has become the stable one. */
export function shareAfter(entry: Recorded): number {
  if (isPromotion(entry)) return 100;
  return hasCanary(entry.to) ? Math.min(100, Number(entry.to.canaryWeight)) : 0;
}

/**
 * The last release: from the entry at which a canary began, or got another image, to the one after which there is none. A rollback that takes
 * a promotion back belongs to it.
 *
 * @param entries the oldest first
 * @returns undefined where there was none
 */
export function lastRelease(entries: readonly Recorded[]): Period | undefined {
  const start = entries.findLastIndex(begins);
  const ofRelease = (entry: Recorded) => hasCanary(entry.to) || (entry.from !== null && hasCanary(entry.from));
  // Without its beginning: the oldest entries are dropped from the history.
  const first = start >= 0 ? start : entries.findIndex(ofRelease);
  if (first < 0) return undefined;
  const later = entries.slice(first);
  const ending = later.findIndex(({ to }) => !hasCanary(to));
  const stableBefore = later[0]?.from?.stableImage ?? later[0]?.to.stableImage;
  const isTakenBack = ({ to, from }: Recorded) =>
    from?.stableImage !== to.stableImage && to.stableImage === stableBefore;
  const ofIt = ending < 0 ? later : [...later.slice(0, ending + 1), ...later.slice(ending + 1).filter(isTakenBack)];
  return periodOf(ofIt, start >= 0);
}

/** All moves from a moment on. @returns undefined where there was none */
export function movesSince(entries: readonly Recorded[], since: Date): Period | undefined {
  const later = entries.filter(({ at }) => Date.parse(at) >= since.getTime());
  if (later.length === 0) return undefined;
  const isWhole = later.length < entries.length || later[0]?.from === null;
  return { ...periodOf(later, isWhole), begin: since };
}

function periodOf(entries: readonly Recorded[], isWhole: boolean): Period {
  const first = entries[0] as Recorded;
  const last = entries.at(-1) as Recorded;
  // A canary that was rolled back stands without a share until somebody deletes it: nothing happens to it then.
  const isOver = !hasCanary(last.to) || (entries.length > 1 && shareAfter(last) === 0);
  return { entries, begin: new Date(first.at), end: isOver ? new Date(last.at) : undefined, isWhole };
}

/** How a period ended, in a few words. */
export function outcomeOf({ entries }: Pick<Period, "entries">): string {
  const last = entries.at(-1) as Recorded;
  const wasPromoted = entries.slice(0, -1).some(isPromotion);
  if (isPromotion(last)) return "promoted";
  if (!hasCanary(last.to)) return wasPromoted ? "rolled back after it was promoted" : "ended without a promotion";
  const share = shareAfter(last);
  if (share > 0) return `under way at ${share} %`;
  return entries.some((entry) => shareAfter(entry) > 0) ? "rolled back" : "under way, without traffic so far";
}
