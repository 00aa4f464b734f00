import { CounterReader } from "../../../canary/judge/counters/counter-reader.ts";
import type { Series } from "../../../canary/judge/counters/matrix.ts";
import type { Side, Telemetry } from "../../../canary/judge/counters/telemetry.ts";
import type { Slice } from "../../../canary/judge/slice.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import { versions } from "../../../components/names.ts";
import { isReady, type PodList } from "../../../stacks/live/proxies/exec.ts";
import { groupPath, type ProxyCluster, type ProxyGroup } from "../../../stacks/live/proxies/proxies.ts";
import { endpointsPath } from "../../../stacks/live/proxies/sidecar-endpoints.ts";
import { answersByAddress, outcomes } from "../traffic/pod-answers.ts";
import { inTime, secondsNow } from "./caller-counters.ts";

/** Series that say themselves whose they are: nothing of them is asked for by a query. */
const telemetry: Telemetry = {
  requests: "",
  durations: "",
  names: { requests: "", durations: "" },
  isCounted: () => true,
  sideOf: ({ side }) => side as Side,
  isBad: ({ outcome }) => outcome === "failed",
};

/**
 * Counts the requests of a release by the pod that got them, where both sides share a Service: each caller's proxy counts what every pod
 * has answered it, and what it has not. Proxies know no latency of a single pod. What they counted before the first look is history.
 */
export class PodCounters {
  readonly #cluster: ProxyCluster;
  readonly #groups: readonly ProxyGroup[];
  readonly #reader = new CounterReader(telemetry, []);
  readonly #now: () => number;
  /** Pods that have gone stay known: a proxy may still count for one. */
  readonly #sides = new Map<string, Side>();

  constructor(cluster: ProxyCluster, groups: readonly ProxyGroup[], now = secondsNow) {
    this.#cluster = cluster;
    this.#groups = groups;
    this.#now = now;
  }

  /** Reads each ready proxy once. @returns how many have answered */
  async look(): Promise<number> {
    const seconds = this.#now();
    const readings = (await Promise.all(this.#groups.map((group) => this.#readGroup(group, seconds)))).flat();
    this.#reader.add(readings.flat(), []);
    if (readings.length === 0) this.#reader.unread(seconds);
    return readings.length;
  }

  get slices(): readonly Slice[] {
    return this.#reader.slices;
  }

  async #readGroup(group: ProxyGroup, seconds: number): Promise<readonly (readonly Series[])[]> {
    const { cluster, proxy } = this.#cluster;
    const list = (path: string) => inTime(cluster.get<PodList>(path));
    const [callers, pods] = await Promise.all([
      list(groupPath(group)),
      list(podsPath(group.namespace, { app: group.app })),
    ]);
    for (const { metadata, status } of pods?.items ?? []) {
      if (!status?.podIP) continue;
      this.#sides.set(status.podIP, metadata.labels?.version === versions.canary ? "canary" : "stable");
    }
    const read = async (pod: string): Promise<readonly (readonly Series[])[]> => {
      const dump = await inTime(proxy(group.namespace, pod, 2000).then((ask) => ask(endpointsPath)));
      return dump === undefined ? [] : [this.#seriesIn(dump, group, { namespace: group.namespace, pod }, seconds)];
    };
    const ready = (callers?.items ?? []).filter(isReady);
    return (await Promise.all(ready.map(({ metadata }) => read(metadata.name)))).flat();
  }

  #seriesIn(
    dump: string,
    of: ProxyGroup,
    caller: { namespace: string; pod: string },
    seconds: number,
  ): readonly Series[] {
    return outcomes.flatMap((outcome) =>
      [...answersByAddress(dump, of, outcome)].flatMap(([address, count]) => {
        const side = this.#sides.get(address);
        return side ? [{ metric: { ...caller, address, side, outcome }, values: [[seconds, String(count)]] }] : [];
      }),
    );
  }
}
