import type { Counts } from "../counts.ts";
import { type Histogram, merged, type Slice } from "../slice.ts";
import { Caller, type Growth } from "./caller.ts";
import { keyOf, type Labels, type Matrix, type Series } from "./matrix.ts";
import type { Side, Telemetry } from "./telemetry.ts";

/**
 * From the counters that Prometheus has of the callers to the judge's slices: one for each reading, over all callers. Stretches of
 * one range are read one after another, so that the whole of it need not be in memory. The same range gives the same slices, however
 * it is cut.
 */
export class CounterReader {
  private readonly telemetry: Telemetry;
  private readonly edges: readonly number[];
  private readonly requests = new Callers();
  private readonly durations = new Callers();
  private readonly places = new WeakMap<Labels, Place>();
  private readonly read: Slice[] = [];
  private lastSeconds: number | undefined;

  /** @param edges upper edges of the histogram's buckets in milliseconds, as the judge's config has them */
  constructor(telemetry: Telemetry, edges: readonly number[]) {
    this.telemetry = telemetry;
    this.edges = edges;
  }

  /** The next stretch of both ranges; its readings are later than those of the stretches before. */
  add(requests: Matrix, durations: Matrix): void {
    const tallies = new Map<number, Tally>();
    const tallyAt = (seconds: number): Tally => {
      const tally = tallies.get(seconds) ?? { stable: noRequests, canary: noRequests };
      tallies.set(seconds, tally);
      return tally;
    };
    // Readings without growth are slices, too: time in which nothing came.
    for (const { values } of [...requests, ...durations]) for (const [seconds] of values) tallyAt(seconds);
    for (const growth of this.requests.read(requests)) this.count(growth, tallyAt(growth.seconds));
    for (const growth of this.durations.read(wholeHistograms(durations, this.edges)))
      this.time(growth, tallyAt(growth.seconds));
    for (const [seconds, { latency, ...table }] of [...tallies].sort(([one], [other]) => one - other)) {
      if (this.lastSeconds !== undefined && seconds <= this.lastSeconds) continue;
      // Before the first reading there is nothing to compare with.
      if (this.lastSeconds !== undefined)
        this.read.push({ ...table, seconds: seconds - this.lastSeconds, ...(latency && { latency }) });
      this.lastSeconds = seconds;
    }
  }

  /** Time in which nobody could be read: a pass must not outlive what it speaks of. */
  unread(seconds: number): void {
    if (this.lastSeconds === undefined || seconds <= this.lastSeconds) return;
    this.read.push({ stable: noRequests, canary: noRequests, seconds: seconds - this.lastSeconds });
    this.lastSeconds = seconds;
  }

  get slices(): readonly Slice[] {
    return this.read;
  }

  private count({ by }: Growth, tally: Tally): void {
    for (const { labels, count } of by) {
      const { side, isBad } = this.placeOf(labels);
      if (!side) continue;
      const { requests, bad } = tally[side];
      tally[side] = { requests: requests + count, bad: bad + (isBad ? count : 0) };
    }
  }

  private time({ by }: Growth, tally: Tally): void {
    const [stable, canary] = [this.noHistogram(), this.noHistogram()];
    for (const { labels, count } of by) {
      const { side, edge } = this.placeOf(labels);
      const histogram = side === "stable" ? stable : canary;
      if (!side) continue;
      if (edge < 0) histogram.requests += count;
      else histogram.within[edge] = (histogram.within[edge] ?? 0) + count;
    }
    if (!rises(stable) || !rises(canary)) return;
    const before = tally.latency;
    tally.latency = before
      ? { stable: merged(before.stable, stable), canary: merged(before.canary, canary) }
      : { stable, canary };
  }

  private noHistogram() {
    return { requests: 0, within: this.edges.map(() => 0) };
  }

  /** What a series counts: read once, for it has a count at each reading. */
  private placeOf(labels: Labels): Place {
    const known = this.places.get(labels);
    if (known) return known;
    const { sideOf, isBad } = this.telemetry;
    const place = { side: sideOf(labels), isBad: isBad(labels), edge: this.edges.indexOf(edgeOf(labels)) };
    this.places.set(labels, place);
    return place;
  }
}

interface Place {
  readonly side: Side | undefined;
  readonly isBad: boolean;
  /** Of a bucket: an index into the edges; -1 for the one that holds every request. */
  readonly edge: number;
}

interface Tally {
  stable: Counts;
  canary: Counts;
  latency?: NonNullable<Slice["latency"]>;
}

const noRequests: Counts = { requests: 0, bad: 0 };

/** Whether buckets grew as those of a histogram do: a reading in the middle of a change does not. */
const rises = ({ requests, within }: Histogram): boolean =>
  [...within, requests].every((count, index, counts) => count >= (counts[index - 1] ?? 0));

/** Without those that lack a bucket that is asked for: they would say that all of their requests were slower than its edge. */
function wholeHistograms(buckets: Matrix, edges: readonly number[]): Matrix {
  const histograms = Map.groupBy(buckets, ({ metric: { le: _, ...others } }) => keyOf(others));
  return [...histograms.values()].flatMap((series) => {
    const found = new Set(series.map(({ metric }) => edgeOf(metric)));
    const asked = [...edges, Number.POSITIVE_INFINITY];
    return asked.every((edge) => found.has(edge)) ? series.filter(({ metric }) => asked.includes(edgeOf(metric))) : [];
  });
}

const edgeOf = ({ le }: Labels): number => (le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le));

/** All callers of one metric. */
class Callers {
  private readonly known = new Map<string, { readonly scrape: string; readonly caller: Caller }>();

  read(matrix: Matrix): readonly Growth[] {
    const byCaller = Map.groupBy(matrix, ({ metric }) => callerOf(metric));
    return [...byCaller].flatMap(([name, series]) => {
      const known = this.known.get(name) ?? { scrape: firstScrape(series), caller: new Caller() };
      this.known.set(name, known);
      // Who is scraped twice is counted once, or its evidence would count twice.
      return known.caller.read(series.filter(({ metric }) => scrapeOf(metric) === known.scrape));
    });
  }
}

/** The one that began first; of several the first by name, in whichever order Prometheus lists them. */
function firstScrape(series: readonly Series[]): string {
  const begins = series.map(({ metric, values: [first] }) => ({ scrape: scrapeOf(metric), seconds: first?.[0] ?? 0 }));
  const [earliest] = begins.sort((a, b) => a.seconds - b.seconds || (a.scrape < b.scrape ? -1 : 1));
  return earliest?.scrape ?? "";
}

/** A pod, for another one may get its address later; without the label, the address. */
const callerOf = ({ namespace, pod, instance }: Labels): string => JSON.stringify(pod ? [namespace, pod] : [instance]);

/** Who scraped it, as one of several jobs, or of several Prometheus of which each scrapes everything. */
const scrapeOf = ({ job, instance, prometheus, prometheus_replica, replica }: Labels): string =>
  JSON.stringify([job, instance, prometheus, prometheus_replica, replica]);
