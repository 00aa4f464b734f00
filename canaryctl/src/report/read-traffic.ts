import { conclude } from "../../../canary/judge/conclusion.ts";
import { optionsFor } from "../../../canary/judge/config.ts";
import { isObject } from "../../../canary/judge/counters/matrix.ts";
import {
  type AskPrometheus,
  alignedRange,
  hasLatency,
  prometheusNow,
  prometheusSlices,
  Unreadable,
} from "../../../canary/judge/counters/prometheus.ts";
import type { Slice } from "../../../canary/judge/slice.ts";
import type { StrategyName } from "../../../canary/strategies.ts";
import { recordedRelease } from "../../../stacks/live/counted-release.ts";
import { platformPrometheus } from "../../../stacks/live/prometheus.ts";
import { type Lab, platformOf } from "../lab.ts";
import type { Period } from "./release.ts";
import type { Counted, Lacking } from "./report-data.ts";
import { trafficOf } from "./traffic.ts";

/** What is asked of a lab. */
export type ReportedLab = Pick<Lab, "config" | "platform" | "stackFile"> & {
  readonly cluster: Pick<Lab["cluster"], "get">;
};

/** Readings of a period, and the seconds between two of them: a counter is lost where more than 300 pass. */
const mostReadings = 2400;
const leastStep = 5;
const mostStep = 240;
/** Prometheus has what happened last after its next scrape. */
const scrapeSeconds = 30;

/** Reads what the callers counted in a period. What cannot be had is said, and never in the report's way. */
export async function readTraffic(
  lab: ReportedLab,
  period: Pick<Period, "begin" | "end">,
  strategy: StrategyName,
): Promise<Counted> {
  const { config } = lab;
  const release = recordedRelease({ ...config, strategy });
  if (!release)
    return without({
      what: `Error rates and latency by version: with strategy ${strategy} the callers' proxies do not tell the versions apart.`,
      next: [],
    });
  const { monitoring } = platformOf(lab);
  if (!config.monitoring || !monitoring)
    return without({
      what: "Error rates and latency: this stack has no Prometheus that keeps them. With it, the next report has them.",
      next: ["npx canaryctl config set monitoring true", "npx canaryctl up"],
    });
  const options = optionsFor(config);
  const { edges } = options.latency;
  const first = noteFirst(platformPrometheus(lab.cluster, monitoring));
  try {
    const range = rangeOf(period, await prometheusNow(first.ask));
    const needsLatency = hasLatency(release);
    const slices = await prometheusSlices(first.ask, { release, edges, needsLatency }, range);
    const traffic = trafficOf(slices, new Date((first.seconds() ?? range.start) * 1000), edges);
    if (!traffic)
      return without({
        what: "Error rates and latency: Prometheus has no counters of the callers in this time. It may have been younger, or have dropped what is older than it keeps.",
        next: ["npx canaryctl doctor"],
      });
    return {
      traffic,
      judged: conclude(whileCalled(slices), options, needsLatency),
      lacking: range.start > period.begin.getTime() / 1000 + range.step ? [onlyTheEnd(range.start)] : [],
    };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return without({
      what: `Error rates and latency: ${error.message}`,
      next: [`kubectl -n ${monitoring.namespace} get pods`, "npx canaryctl report"],
    });
  }
}

const without = (lacking: Lacking): Counted => ({ traffic: null, judged: null, lacking: [lacking] });

const onlyTheEnd = (start: number): Lacking => ({
  what: `Error rates and latency before ${new Date(start * 1000).toISOString()}: at most ${(mostReadings * mostStep) / 86400} days are read.`,
  next: [],
});

function rangeOf({ begin, end }: Pick<Period, "begin" | "end">, now: number) {
  const last = end ? Math.min(now, end.getTime() / 1000 + scrapeSeconds) : now;
  const first = Math.max(begin.getTime() / 1000, last - mostReadings * mostStep);
  const step = Math.max(leastStep, Math.ceil((last - first) / mostReadings));
  return alignedRange(first, last, step);
}

/** Slices have lengths only: when they begin is the first reading of all. */
function noteFirst(ask: AskPrometheus) {
  let first: number | undefined;
  return {
    seconds: () => first,
    ask: async (path: string) => {
      const answer = await ask(path);
      for (const seconds of firstReadings(answer)) first = Math.min(first ?? seconds, seconds);
      return answer;
    },
  };
}

function firstReadings(answer: unknown): readonly number[] {
  const data = isObject(answer) && isObject(answer.data) ? answer.data : {};
  if (data.resultType !== "matrix" || !Array.isArray(data.result)) return [];
  return data.result.flatMap((series) => {
    const seconds: unknown = series?.values?.[0]?.[0];
    return typeof seconds === "number" ? [seconds] : [];
  });
}

/** Up to the canary's last request: the judge's verdict is of the present, and that was the release's. */
const whileCalled = (slices: readonly Slice[]): readonly Slice[] =>
  slices.slice(0, slices.findLastIndex(({ canary }) => canary.requests > 0) + 1);
