import { burnRates } from "../../../canary/slo/alerts.ts";
import type { Objective } from "../../../canary/slo/objective.ts";
import type { Source } from "../../../canary/slo/source.ts";

const namespace = "canary-lab";
const app = "versioned-echo";

/** Seconds between two samples, as in the lab. */
const step = 5;

/** Requests per second to one version, from one time to another (in seconds), and how many of them fail. */
interface Traffic {
  readonly version: "v1" | "v2";
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
  readonly failing: number;
}

/** What an alert says of a version, and what promtool is to find of it. */
interface Expected {
  readonly name: string;
  readonly traffic: readonly Traffic[];
  readonly at: number;
  /** The versions that each alert fires for, by alert and, for a burning budget, its long window. */
  readonly firing: readonly { readonly alert: string; readonly version: "v1" | "v2"; readonly longWindow?: string }[];
}

/** How a source writes the traffic down: the series of one version's answered and failed requests, and the label that names it. */
const writers: Record<
  Source["name"],
  { label: string; value(version: string): string; series(version: string, failed: boolean): string }
> = {
  application: {
    label: "version",
    value: (version) => version,
    series: (version, failed) =>
      `http_requests_total{namespace="${namespace}",job="${app}",route="/",status_code="${failed ? 500 : 200}",version="${version}"}`,
  },
  caller: {
    label: "cluster_name",
    value: (version) => `outbound|80|${version}|${app}.${namespace}.svc.cluster.local`,
    series: (version, failed) =>
      `envoy_cluster_upstream_rq{cluster_name="outbound|80|${version}|${app}.${namespace}.svc.cluster.local",response_code_class="${failed ? 5 : 2}xx"}`,
  },
};

/** The file for `promtool test rules`: what the objective's alerts must say of traffic that is made up here. */
export function ruleTests(
  rulesFile: string,
  objective: Objective,
  formatDuration: (seconds: number) => string,
): object {
  const window = objective.windowSeconds;
  const [fast, slow] = burnRates;
  const long = fast.long * window;
  const end = long + 4 * window;
  // Well above the least number of requests, in every window.
  const busy = (20 * objective.minimumRequests) / window;
  const steady = (version: "v1" | "v2", share: number, failing: number, from = 0): Traffic => ({
    version,
    from,
    to: end,
    perSecond: busy * share,
    failing,
  });
  const good = objective.errorRate / 2;
  const bad = Math.min(0.9, objective.errorRate * 30);
  const expectations: Expected[] = [
    {
      name: "a version that fails for long burns its budget; the other does not",
      traffic: [steady("v1", 0.9, 0), steady("v2", 0.1, bad)],
      at: end,
      firing: [fast, slow].map((rate) => ({
        alert: "ErrorBudgetBurn",
        version: "v2",
        longWindow: formatDuration(rate.long * window),
      })),
    },
    {
      name: "a canary that fails as its share rises",
      traffic: [steady("v1", 0.9, 0), steady("v2", 0.1, bad, long)],
      at: long + window,
      firing: [{ alert: "ErrorsWhileShareRises", version: "v2" }],
    },
    {
      name: "a canary that fails within the objective as its share rises",
      traffic: [steady("v1", 0.9, 0), steady("v2", 0.1, good, long)],
      at: long + window,
      firing: [],
    },
    {
      name: "a canary that fails in too few requests",
      traffic: [
        steady("v1", 0.9, 0),
        { ...steady("v2", 1, 1, long), perSecond: (0.5 * objective.minimumRequests) / window },
      ],
      at: long + window,
      firing: [],
    },
  ];
  return {
    rule_files: [rulesFile],
    evaluation_interval: `${step}s`,
    tests: expectations.flatMap((expected) =>
      (Object.keys(writers) as Source["name"][]).map((source) => testOf(source, expected)),
    ),
  };
}

function testOf(source: Source["name"], { name, traffic, at, firing }: Expected): object {
  const { label, value, series } = writers[source];
  return {
    name: `${name}, as the ${source} counts`,
    interval: `${step}s`,
    input_series: traffic.flatMap((part) =>
      [false, true].map((failed) => ({ series: series(part.version, failed), values: samples(part, failed) })),
    ),
    promql_expr_test: ["ErrorBudgetBurn", "ErrorsWhileShareRises"].map((alert) => ({
      // The version, and the long window where there is one: whatever else an alert says is the same for all.
      expr: `count by (${label}, long_window) (ALERTS{alertname="${alert}",alertstate="firing",measured_at="${source}"})`,
      eval_time: `${at}s`,
      exp_samples: firing
        .filter((each) => each.alert === alert)
        .map(({ version, longWindow }) => ({
          labels: `{${[`${label}="${value(version)}"`, ...(longWindow ? [`long_window="${longWindow}"`] : [])].join(",")}}`,
          value: 1,
        })),
    })),
  };
}

/** A counter in promtool's notation: nothing before its traffic begins, then the same at each step. */
function samples({ from, to, perSecond, failing }: Traffic, failed: boolean): string {
  const each = perSecond * step * (failed ? failing : 1 - failing);
  const before = from > 0 ? `0x${from / step - 1} ` : "";
  return `${before}0+${each}x${(to - from) / step}`;
}
