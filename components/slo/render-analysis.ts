import { formatDuration } from "../../canary/duration.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import { errorRatio, ifEnough, p95Milliseconds } from "../../canary/slo/queries.ts";
import { applicationSource, callerSource, type Source } from "../../canary/slo/source.ts";
import { prometheusAddress, scrapeSeconds } from "../monitoring/render-kube-prometheus-stack.ts";
import { analysisTemplateName } from "./analysis.ts";
import type { ServiceLevelSpec } from "./render-rules.ts";

interface Metric {
  readonly name: string;
  readonly initialDelay: string;
  readonly interval: string;
  readonly count: string;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly failureLimit: number;
  readonly consecutiveSuccessLimit: string;
  readonly inconclusiveLimit: string;
  readonly provider: { readonly prometheus: { readonly address: string; readonly query: string } };
}

export interface AnalysisTemplate {
  readonly apiVersion: "argoproj.io/v1alpha1";
  readonly kind: "AnalysisTemplate";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly args: readonly { readonly name: string; readonly value?: string }[];
    readonly metrics: readonly Metric[];
  };
}

/** Good measurements in a row that end a run. */
const enoughSuccesses = 3;

/** Seconds between two measurements of a run. */
const intervalSeconds = ({ windowSeconds }: Objective): number => Math.max(scrapeSeconds, Math.ceil(windowSeconds / 4));

/** Seconds that a run takes when every measurement is good. */
export const goodRunSeconds = (objective: Objective): number =>
  objective.windowSeconds + (enoughSuccesses - 1) * intervalSeconds(objective);

/**
 * What a run can come to without a verdict: the stray bad measurement and every inconclusive one, each after one success less than are
 * enough. The controller takes no step's analysis without a number.
 */
const mostMeasurements = (patience: number): number => (patience + 2) * enoughSuccesses;

const argument = (name: string) => `{{args.${name}}}`;

/**
 * The objective as the Rollouts controller asks for it, once per source: of one version or upstream, which the user of the template
 * names (see `analysisOf`). A run is Failed by its second bad measurement, for one may be a stray; Successful by 3 good ones in a row;
 * Inconclusive, and nothing is decided, when there are not requests enough for as long as `patience` allows.
 */
export function renderAnalysisTemplates(spec: ServiceLevelSpec): Readonly<Record<Source["name"], AnalysisTemplate>> {
  const upstream = { host: argument("host"), subset: argument("subset") };
  return {
    application: render(spec, applicationSource(spec, argument("version")), ["version"]),
    caller: render(spec, callerSource(spec, upstream), Object.keys(upstream)),
  };
}

function render(spec: ServiceLevelSpec, source: Source, subject: readonly string[]): AnalysisTemplate {
  const { app, namespace, objective, prometheus = prometheusAddress } = spec;
  const window = formatDuration(objective.windowSeconds);
  const patience = Math.ceil(objective.windowSeconds / intervalSeconds(objective));
  const metric = (name: string, query: string, allowed: number): Metric => {
    // Nothing where there were too few requests; then neither condition holds, which is what Inconclusive means.
    const isNumber = "len(result) > 0 && !isNaN(result[0])";
    return {
      name,
      // The first window must hold nothing from before the run, such as the failures of an attempt that was aborted.
      initialDelay: window,
      interval: formatDuration(intervalSeconds(objective)),
      count: argument("count"),
      successCondition: `${isNumber} && result[0] <= ${allowed}`,
      failureCondition: `${isNumber} && result[0] > ${allowed}`,
      failureLimit: 1,
      consecutiveSuccessLimit: argument("successes"),
      inconclusiveLimit: argument("patience"),
      provider: {
        prometheus: {
          address: prometheus,
          query: ifEnough(query, source, window, objective.minimumRequests),
        },
      },
    };
  };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name: analysisTemplateName(app, source.name), namespace, labels: { app } },
    spec: {
      args: [
        ...subject.map((name) => ({ name })),
        { name: "successes", value: String(enoughSuccesses) },
        { name: "patience", value: String(patience) },
        { name: "count", value: String(mostMeasurements(patience)) },
      ],
      metrics: [
        metric("error-ratio", errorRatio(source, window), objective.errorRate),
        metric("p95-milliseconds", p95Milliseconds(source, window), objective.p95Milliseconds),
      ],
    },
  };
}
