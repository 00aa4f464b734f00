import * as z from "zod";
import type { HistoryEntry } from "../../../stacks/history-entry.ts";

/** JSON has no infinity: an upper bound that is not there was written as null. */
const factor = z.object({
  estimate: z.number().optional(),
  lower: z.number(),
  upper: z
    .number()
    .nullable()
    .transform((upper) => upper ?? Number.POSITIVE_INFINITY),
});

const side = z.object({ requests: z.number(), errors: z.number(), p95Milliseconds: z.number().optional() });

const verdict = z.object({
  verdict: z.enum(["fail", "pass", "not enough traffic"]),
  failure: z.object({ by: z.string(), atSeconds: z.number(), evidence: z.number() }).optional(),
  seconds: z.number(),
  stable: side,
  canary: side,
  tests: z.array(
    z.object({
      speaker: z.string(),
      mayFail: z.boolean(),
      evidence: z.number(),
      bound: z.number(),
      excessPoints: z.number().optional(),
      factor: factor.optional(),
      edgeMilliseconds: z.number().optional(),
    }),
  ),
  pass: z.object({ errors: z.number(), latency: z.number().optional(), bound: z.number() }),
  missing: z.object({ requests: z.number().optional(), seconds: z.number().optional() }).optional(),
});

const position = z.object({
  strategy: z.string(),
  canaryWeight: z.string().regex(/^\d{1,3}$/),
  canaryEnabled: z.string(),
  stableImage: z.string(),
  canaryImage: z.string(),
});

const entry = z.object({
  at: z.iso.datetime(),
  who: z.string(),
  command: z.string(),
  from: position.nullable(),
  to: position,
  why: z.string().optional(),
  source: z
    .object({ stack: z.string(), image: z.string(), digest: z.string(), commit: z.string().nullable() })
    .optional(),
  asked: z.string().optional(),
  failed: z.string().optional(),
  judged: z
    .object({ verdict: z.enum(["pass", "fail", "inconclusive"]), reason: z.string(), numbers: verdict })
    .optional(),
});

/** An entry of the history, as it is read back from the cluster. */
export type Recorded = z.infer<typeof entry>;
/** What the judge said at a moment, as it is read back. */
export type RecordedVerdict = NonNullable<Recorded["judged"]>;

/**
 * The entries that can be read, the oldest first. The history is a ConfigMap, which others may have edited: what is left out is counted.
 *
 * @param entries the newest first, as the store gives them
 */
export function readRecorded(entries: readonly HistoryEntry[]): {
  readonly entries: readonly Recorded[];
  readonly unreadable: number;
} {
  const read = entries.flatMap((each) => entry.safeParse(each).data ?? []);
  return { entries: read.toReversed(), unreadable: entries.length - read.length };
}
