import { formatDuration } from "../../../canary/duration.ts";
import { linearPlan } from "../../../canary/plan/ladders.ts";
import type { Plan } from "../../../canary/plan/plan.ts";
import { burnRates, burnThreshold } from "../../../canary/slo/alerts.ts";
import type { Objective } from "../../../canary/slo/objective.ts";
import type { Source } from "../../../canary/slo/source.ts";
import { namespace } from "./lab.ts";

const app = "versioned-echo";

/** Seconds between two samples, as in the lab. */
const step = 5;

type Version = "v1" | "v2";

/** Requests per second to one version, from a time on (in seconds) and before it, and the share of them that fails. */
interface Traffic {
  readonly version: Version;
  readonly from?: number;
  readonly before?: number;
  readonly perSecond: number;
  readonly failing: number;
}

/** What each alert says at the end of such traffic: the versions it fires for, with its long window where it has one. */
interface Case {
  readonly name: string;
  readonly traffic: readonly Traffic[];
  readonly seconds: number;
  readonly alerts: Readonly<Record<string, readonly { readonly version: Version; readonly longWindow?: string }[]>>;
}

/** How a source writes traffic down: the label that tells versions apart, its value, and the series of one version's answers. */
const writers: Record<
  Source["name"],
  { readonly label: string; value(version: Version): string; series(version: Version, failed: boolean): string }
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
      `envoy_cluster_upstream_rq{cluster_name="${writers.caller.value(version)}",response_code_class="${failed ? 5 : 2}xx"}`,
  },
};

/** The file for `promtool test rules`: what an objective's alerts must say of traffic that is made up here, as either source counts it. */
export function ruleTests(rulesFile: string, objective: Objective): object {
  return {
    rule_files: [rulesFile],
    evaluation_interval: `${step}s`,
    tests: cases(objective).map((each) => ({
      name: each.name,
      interval: `${step}s`,
      input_series: Object.values(writers).flatMap(({ series }) =>
        each.traffic.flatMap((traffic) =>
          [false, true].map((failed) => ({
            series: series(traffic.version, failed),
            values: samples(traffic, failed, each.seconds),
          })),
        ),
      ),
      promql_expr_test: Object.entries(writers).flatMap(([source, { label, value }]) =>
        Object.entries(each.alerts).map(([alert, firing]) => ({
          expr: `count by (${label}, long_window) (ALERTS{alertname="${alert}",alertstate="firing",measured_at="${source}"})`,
          eval_time: `${each.seconds}s`,
          exp_samples: firing.map(({ version, longWindow }) => ({
            labels: `{${label}="${value(version)}"${longWindow ? `,long_window="${longWindow}"` : ""}}`,
            value: 1,
          })),
        })),
      ),
    })),
  };
}

function cases(objective: Objective): Case[] {
  const { errorRate, windowSeconds: window, minimumRequests } = objective;
  /** Far more requests than the least number, in every window. */
  const busy = (20 * minimumRequests) / window;
  const stable: Traffic = { version: "v1", perSecond: 0.9 * busy, failing: 0 };
  const canary = (failing: number, from = 0): Traffic => ({ version: "v2", from, perSecond: 0.1 * busy, failing });
  const [fast, slow] = burnRates;
  const tooMany = (1 + burnThreshold(objective, fast)) / 2;
  /** More than may, too little to burn the budget. */
  const aBitTooMany = (errorRate + burnThreshold(objective, slow)) / 2;
  const late = 2 * window;
  const noAlerts = { ErrorBudgetBurn: [], ErrorsWhileShareRises: [] };
  return [
    {
      name: "a version that fails for long burns its budget, and no other does",
      traffic: [stable, canary(tooMany)],
      seconds: (fast.long + 1) * window,
      alerts: {
        ErrorBudgetBurn: burnRates.map(({ long }) => ({ version: "v2", longWindow: formatDuration(long * window) })),
        ErrorsWhileShareRises: [],
      },
    },
    {
      name: "a canary fails while its share rises",
      traffic: [stable, canary(tooMany, late)],
      seconds: late + window,
      alerts: { ErrorsWhileShareRises: [{ version: "v2" }] },
    },
    {
      name: "a canary that fails already is given more",
      traffic: [stable, { ...canary(tooMany, late), before: 0.05 * busy, perSecond: 0.2 * busy }],
      seconds: late + window,
      alerts: { ErrorsWhileShareRises: [{ version: "v2" }] },
    },
    ...[10, 20].flatMap((step) =>
      climbsAboveHalf(linearPlan(step, 0)).map(({ from, to }) => ({
        name: `a canary that fails a bit too much climbs from ${from} to ${to} %`,
        traffic: [
          { ...stable, from: late, before: busy * (1 - from / 100), perSecond: busy * (1 - to / 100) },
          { ...canary(aBitTooMany, late), before: (busy * from) / 100, perSecond: (busy * to) / 100 },
        ],
        seconds: late + window,
        alerts: { ErrorBudgetBurn: [], ErrorsWhileShareRises: [{ version: "v2" as const }] },
      })),
    ),
    {
      name: "a canary's share rises, and it fails no more than it may",
      traffic: [stable, canary(errorRate / 2, late)],
      seconds: late + window,
      alerts: noAlerts,
    },
    {
      name: "a canary of which there are too few requests",
      traffic: [stable, { ...canary(1, late), perSecond: (0.5 * minimumRequests) / window }],
      seconds: late + window,
      alerts: noAlerts,
    },
  ];
}

/** From each weight of a plan to the next, where a step adds little to what is there already. */
const climbsAboveHalf = ({ stages }: Plan) =>
  stages.map(({ weight }, index) => ({ from: stages[index - 1]?.weight ?? 0, to: weight })).filter(({ to }) => to > 50);

/** A counter in promtool's notation: it rises by the same at each step, and by something else from a time on. */
function samples({ from = 0, before = 0, perSecond, failing }: Traffic, failed: boolean, seconds: number): string {
  const each = (rate: number) => rate * step * (failed ? failing : 1 - failing);
  const [early, late] = [from / step, (seconds - from) / step];
  const first = early > 0 ? `0+${each(before)}x${early - 1} ` : "";
  return `${first}${each(before) * early}+${each(perSecond)}x${late}`;
}
