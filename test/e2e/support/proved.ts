import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { testFileOf } from "./parts.ts";

/** The digest of each part, by the part's name. */
export type Digests = Readonly<Record<string, string>>;

/** What is noted of a part when its tests pass. */
export interface Proof {
  readonly digest: string;
  /** Day, as 2026-01-31. */
  readonly day: string;
  /** How long the part's file took. */
  readonly seconds: number;
}

/** By the part's name. */
export type Proofs = Readonly<Record<string, Proof>>;

/** What the repository says was proved; in git, so that a fresh clone knows it. */
const provedFile = new URL("../proved.json", import.meta.url);

export const readProved = (file: URL = provedFile): Proofs =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

export function writeProved(proofs: Proofs, file: URL = provedFile): void {
  const sorted = Object.fromEntries(Object.entries(proofs).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** The parts that a run leaves out. */
export interface LeftOut {
  /** All that they depend on is as it was when they were proved. */
  readonly unchanged: readonly string[];
  /** They are due, and there is no time for them. */
  readonly late: readonly string[];
}

/** Taken of a part that was never proved. */
const unknownSeconds = 300;

/**
 * Chooses what a run leaves out. Of the parts that are due those come first whose proof is the oldest, so that in the end each has its turn.
 *
 * @param seconds for the parts that are due. Default: as long as they take
 * @param nightly parts for which a run that is bounded has no time
 */
export function leaveOut(
  now: Digests,
  proved: Proofs,
  seconds = Number.POSITIVE_INFINITY,
  nightly: readonly string[] = [],
): LeftOut {
  const parts = Object.keys(now);
  const unchanged = parts.filter((part) => now[part] === proved[part]?.digest);
  const dayOf = (part: string) => proved[part]?.day ?? "";
  const due = parts
    .filter((part) => !unchanged.includes(part))
    .toSorted((a, b) => (dayOf(a) === dayOf(b) ? 0 : dayOf(a) < dayOf(b) ? -1 : 1));
  let left = seconds;
  const late = due.filter((part) => {
    const takes = nightly.includes(part) ? Number.POSITIVE_INFINITY : (proved[part]?.seconds ?? unknownSeconds);
    if (takes > left) return true;
    if (Number.isFinite(takes)) left -= takes;
    return false;
  });
  return { unchanged, late };
}

/** What a run says of the parts that it leaves out. */
export function leftOutLines({ unchanged, late }: LeftOut): readonly string[] {
  const line = (part: string, why: string) => `${testFileOf(part)}: its part is left out, for ${why}.`;
  const lines = [
    ...unchanged.map((part) => line(part, "nothing that it depends on has changed since it passed")),
    ...late.map((part) => line(part, "this run has no time for it, though what it depends on has changed")),
  ];
  return lines.length === 0 ? [] : [...lines, "npm run test:e2e -- --all runs everything."];
}
