import type { ApplicationName } from "../../canary/application-name.ts";
import { formatDuration } from "../../canary/duration.ts";
import { type BurnRate, burning, burnRates, errorWindows, failingWhileRising } from "../../canary/slo/alerts.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import { record } from "../../canary/slo/recorded.ts";
import {
  applicationSource,
  type CountingApplication,
  callerSource,
  type MetricNames,
  type Source,
} from "../../canary/slo/source.ts";
import { scrapeSeconds } from "../monitoring/render-kube-prometheus-stack.ts";

/** An application and what its versions must keep. */
export interface ServiceLevelSpec extends ApplicationName {
  readonly objective: Objective;
  /** What the service counts itself, and where; null where it counts nothing. Default: as versioned-echo does. */
  readonly metrics?: ServiceMetrics | null | undefined;
  /** Where Prometheus answers; default: the address of the lab's own. */
  readonly prometheus?: string;
  /** Labels by which Prometheus finds monitors and rules; default: none, where it reads all. */
  readonly picks?: { readonly monitors: Labels; readonly rules: Labels };
}

/** The metrics of a service whose pods have them at a port of their own, or at that of the requests. */
export interface ServiceMetrics extends MetricNames {
  /** The name of the container's port. */
  readonly port: "http" | "metrics";
  readonly path: string;
}

type Labels = Readonly<Record<string, string>>;

interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string };
}

export interface PrometheusRule {
  readonly apiVersion: "monitoring.coreos.com/v1";
  readonly kind: "PrometheusRule";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly groups: readonly {
      readonly name: string;
      readonly interval: string;
      readonly rules: readonly (RecordingRule | AlertingRule)[];
    }[];
  };
}

/** The objective's objects in the cluster: the rules, the dashboard and, per kind of query, an AnalysisTemplate. */
export const serviceLevelName = (app: string): string => `${app}-slo`;

/** The places at which requests are counted: at the application, where it does so, and at its callers. */
export const sourceNames = (metrics: CountingApplication["metrics"]): readonly Source["name"][] =>
  metrics === null ? ["caller"] : ["application", "caller"];

export const sourcesOf = (measured: CountingApplication): readonly Source[] =>
  sourceNames(measured.metrics).map((name) =>
    ({ application: applicationSource, caller: callerSource })[name](measured),
  );

/**
 * Rules about every version, from both sources: what is recorded, then the alerts, which read it. A group is evaluated in order, so
 * an alert sees what was recorded a moment before.
 */
export function renderPrometheusRule(spec: ServiceLevelSpec): PrometheusRule {
  const name = serviceLevelName(spec.app);
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name, namespace: spec.namespace, labels: { app: spec.app, ...spec.picks?.rules } },
    spec: {
      groups: sourcesOf(spec).map((source) => ({
        name: `${name}-${source.name}`,
        interval: `${scrapeSeconds}s`,
        rules: [...recordingRules(spec, source), ...alertingRules(spec, source)],
      })),
    },
  };
}

function recordingRules(spec: ServiceLevelSpec, source: Source): RecordingRule[] {
  const { windowSeconds } = spec.objective;
  return [
    ...(["rate", "share", "p95"] as const).map((quantity) => record(quantity, source, spec, windowSeconds)),
    ...errorWindows(spec.objective).map((seconds) => record("errors", source, spec, seconds)),
  ];
}

function alertingRules(spec: ServiceLevelSpec, source: Source): AlertingRule[] {
  const { app, namespace, objective } = spec;
  const version = `{{ $labels.${source.label} }}`;
  const labels = { severity: "page", app, namespace, measured_at: source.name };
  const allowed = `${Number((objective.errorRate * 100).toPrecision(6))}%`;
  const burn = (rate: BurnRate) => ({
    alert: "ErrorBudgetBurn",
    expr: burning(source, spec, objective, rate),
    labels: { ...labels, long_window: formatDuration(rate.long * objective.windowSeconds) },
    annotations: {
      summary: `${app} ${version} burns its error budget ${rate.factor} times as fast as it may`,
      description: `{{ $value | humanizePercentage }} of its requests fail, where ${allowed} may. Take the traffic from it: canaryctl rollback.`,
    },
  });
  return [
    ...burnRates.map(burn),
    {
      alert: "ErrorsWhileShareRises",
      expr: failingWhileRising(source, spec, objective),
      labels,
      annotations: {
        summary: `${app} ${version} fails more than it may while its share of the traffic rises`,
        description: `{{ $value | humanizePercentage }} of its requests fail, where ${allowed} may. Do not give it more traffic: canaryctl rollback.`,
      },
    },
  ];
}
