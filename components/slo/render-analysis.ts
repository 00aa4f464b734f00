import { formatDuration } from "../../canary/duration.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import { errorRatioOrBound, ifEnough, p95OrBound } from "../../canary/slo/queries.ts";
import { applicationSource, callerSource, type Source } from "../../canary/slo/source.ts";
import { prometheusAddress } from "../monitoring/render-kube-prometheus-stack.ts";
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
  readonly consecutiveErrorLimit: number;
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
const enoughSuccesses = 2;

/** Measurements without a verdict that a run takes; with one more it is Inconclusive. */
const patience = 2;

/** A Prometheus that does not answer says nothing of the canary: no number of such errors aborts it, and the run waits. */
const mostErrors = 1_000_000;

/** Seconds that a run takes when every measurement is good. Windows follow one another: what two of them share would count twice. */
export const goodRunSeconds = ({ windowSeconds }: Objective): number => enoughSuccesses * windowSeconds;

/**
 * What a run can come to without a verdict: every inconclusive measurement, each after one success less than are enough. The controller
 * takes no step's analysis without a number.
 */
const mostMeasurements = (patience + 1) * enoughSuccesses;

const argument = (name: string) => `{{args.${name}}}`;

/**
 * The objective as the Rollouts controller asks for it, once per source: of one version or upstream, which the user of the template
 * names (see `analysisOf`). A run is Failed by a measurement whose lower bound is above the objective; Successful by 2 in a row that are within
 * it; Inconclusive, and nothing is decided, after 3 that show neither, as where there are not requests enough.
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
  const metric = (name: string, query: string, allowed: number): Metric => {
    // Nothing where it is not shown; then neither condition holds, which is what Inconclusive means.
    const isNumber = "len(result) > 0 && !isNaN(result[0])";
    return {
      name,
      // The first window must hold nothing from before the run, such as the failures of an attempt that was aborted.
      initialDelay: window,
      interval: window,
      count: argument("count"),
      successCondition: `${isNumber} && result[0] <= ${allowed}`,
      failureCondition: `${isNumber} && result[0] > ${allowed}`,
      failureLimit: 0,
      consecutiveSuccessLimit: argument("successes"),
      inconclusiveLimit: argument("patience"),
      consecutiveErrorLimit: mostErrors,
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
        { name: "count", value: String(mostMeasurements) },
      ],
      metrics: [
        metric("error-ratio", errorRatioOrBound(source, window, objective.errorRate), objective.errorRate),
        metric("p95-milliseconds", p95OrBound(source, window, objective.p95Milliseconds), objective.p95Milliseconds),
      ],
    },
  };
}
