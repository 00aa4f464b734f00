import { setTimeout as pause } from "node:timers/promises";
import type { PodClient } from "@canary-lab/kit/kube/client";
import { CounterReader } from "../../../canary/judge/counters/counter-reader.ts";
import { type Reading, readExposition } from "../../../canary/judge/counters/exposition.ts";
import { type Release, type Telemetry, telemetryOf } from "../../../canary/judge/counters/telemetry.ts";
import type { Slice } from "../../../canary/judge/slice.ts";
import { proxyStatsPath } from "../../../cluster/kube/paths.ts";
import { isReady, type PodList } from "../../../stacks/live/proxies/exec.ts";
import { groupPath, type ProxyGroup } from "../../../stacks/live/proxies/proxies.ts";
import { upstreamFilter } from "../../../stacks/live/proxies/upstream-counters.ts";

/** After so long a proxy's answer comes too late for a look, in milliseconds: one that is gone must not hold up the others. */
const patienceMilliseconds = 2000;

/** What is there in time; undefined for what fails or is late. */
export async function inTime<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  const answered = new AbortController(); // a timer that ran on would keep each answer for as long
  const late = pause(patienceMilliseconds, undefined, { ref: false, signal: answered.signal }).catch(() => undefined);
  return Promise.race([answer, late])
    .catch(() => undefined)
    .finally(() => answered.abort());
}

/** The monotonic clock of this process, in seconds: that of the machine may jump. */
export const secondsNow = (): number => performance.now() / 1000;

/**
 * Counts the requests of a release at its callers' proxies, read through the API server: that needs no Prometheus, and nothing of the
 * application. What a proxy counted before the first look is history. One that cannot be read counts in a later slice, which
 * is longer.
 */
export class CallerCounters {
  readonly #cluster: Pick<PodClient, "get" | "text">;
  readonly #groups: readonly ProxyGroup[];
  readonly #telemetry: Telemetry;
  readonly #reader: CounterReader;
  readonly #path: (namespace: string, pod: string) => string;
  readonly #now: () => number;

  /** @param edges upper edges of the histogram's buckets in milliseconds, as the judge's config has them */
  constructor(
    cluster: Pick<PodClient, "get" | "text">,
    { groups, release, edges }: { groups: readonly ProxyGroup[]; release: Release; edges: readonly number[] },
    now = secondsNow,
  ) {
    this.#cluster = cluster;
    this.#groups = groups;
    this.#telemetry = telemetryOf(release, edges);
    this.#reader = new CounterReader(this.#telemetry, edges);
    this.#path = (namespace, pod) => proxyStatsPath(namespace, pod, upstreamFilter(release.app ?? ""));
    this.#now = now;
  }

  /** Reads each ready proxy once. @returns how many have answered */
  async look(): Promise<number> {
    const seconds = this.#now();
    const readings = await Promise.all(this.#groups.map((group) => this.#readGroup(group, seconds)));
    const all = readings.flat();
    this.#reader.add(
      all.flatMap(({ requests }) => requests),
      all.flatMap(({ durations }) => durations),
    );
    if (all.length === 0) this.#reader.unread(seconds);
    return all.length;
  }

  get slices(): readonly Slice[] {
    return this.#reader.slices;
  }

  async #readGroup(group: ProxyGroup, seconds: number): Promise<readonly Reading[]> {
    const { namespace } = group;
    const pods = await inTime(this.#cluster.get<PodList>(groupPath(group)));
    const readings = (pods?.items ?? []).filter(isReady).map(async ({ metadata: { name } }) => {
      const text = await inTime(this.#cluster.text(this.#path(namespace, name)));
      return text === undefined ? [] : [readExposition(text, this.#telemetry, seconds, { namespace, pod: name })];
    });
    return (await Promise.all(readings)).flat();
  }
}
