import { formatDuration } from "../../canary/duration.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import { errorRatioOrBound, ifEnough, p95OrBound } from "../../canary/slo/queries.ts";
import { applicationSource, callerSource, type Source } from "../../canary/slo/source.ts";
import { prometheusAddress } from "../monitoring/render-kube-prometheus-stack.ts";
import { argument, endings, patience, renderTemplate } from "./analysis-template.ts";
import type { ServiceLevelSpec } from "./render-rules.ts";

/** Good measurements in a row that end a run. */
const enoughSuccesses = 2;

/** Seconds that a run takes when every measurement is good. Windows follow one another: what two of them share would count twice. */
export const goodRunSeconds = ({ windowSeconds }: Objective): number => enoughSuccesses * windowSeconds;

/** What a run can come to without a verdict: every inconclusive measurement, each after one success less than are enough. */
const mostMeasurements = (patience + 1) * enoughSuccesses;

/**
 * The objective as the Rollouts controller asks for it, once per source: of one version or upstream, which the user of the template
 * names (see `analysisOf`). A run is Failed by a measurement whose lower bound is above the objective; Successful by 2 in a row that are within
 * it; Inconclusive, and nothing is decided, after 3 that show neither, as where there are not requests enough.
 */
export function renderAnalysisTemplates(
  spec: ServiceLevelSpec,
): Readonly<Record<Source["name"], ReturnType<typeof render>>> {
  const upstream = { host: argument("host"), subset: argument("subset") };
  return {
    application: render(spec, applicationSource(spec, argument("version")), ["version"]),
    caller: render(spec, callerSource(spec, upstream), Object.keys(upstream)),
  };
}

function render(spec: ServiceLevelSpec, source: Source, subject: readonly string[]) {
  const { objective, prometheus = prometheusAddress } = spec;
  const window = formatDuration(objective.windowSeconds);
  const metric = (name: string, query: string, allowed: number) => {
    // Nothing where it is not shown; then neither condition holds, which is what Inconclusive means.
    const isNumber = "len(result) > 0 && !isNaN(result[0])";
    return {
      name,
      // The first window must hold nothing from before the run, such as the failures of an attempt that was aborted.
      initialDelay: window,
      interval: window,
      ...endings,
      successCondition: `${isNumber} && result[0] <= ${allowed}`,
      failureCondition: `${isNumber} && result[0] > ${allowed}`,
      provider: {
        prometheus: {
          address: prometheus,
          query: ifEnough(query, source, window, objective.minimumRequests),
        },
      },
    };
  };
  return renderTemplate(spec, source.name, {
    subject,
    successes: enoughSuccesses,
    patience,
    count: mostMeasurements,
    metrics: [
      metric("error-ratio", errorRatioOrBound(source, window, objective.errorRate), objective.errorRate),
      metric("p95-milliseconds", p95OrBound(source, window, objective.p95Milliseconds), objective.p95Milliseconds),
    ],
  });
}
