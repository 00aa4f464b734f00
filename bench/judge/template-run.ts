import type { ApplicationName } from "../../canary/application-name.ts";
import { callerSource } from "../../canary/slo/source.ts";
import { monitoringNamespace, prometheusService } from "../../components/monitoring/render-kube-prometheus-stack.ts";
import { versions } from "../../components/names.ts";

/** Shares of requests that must be answered well: the documented one, and one at which 5 % of errors count. */
export const limits = [0.95, 0.99] as const;

export const runName = (limit: number): string => `success-rate-${Math.round(limit * 100)}`;

/** Where one check stands. */
export interface Checked {
  readonly limit: number;
  /** Argo Rollouts' word: `Running`, `Failed`, `Error`, … */
  readonly phase: string;
  /** Unix milliseconds; absent while it goes on. */
  readonly endedAt?: number;
}

/**
 * The success-rate template of Argo Rollouts' documentation (argo-rollouts.readthedocs.io, "Analysis & Progressive Delivery"): every five
 * minutes, failed by the fourth miss. Its query takes Istio's counters; here are those of the callers' Envoy, of the canary's subset, in the
 * same form.
 */
export function runOf(application: ApplicationName, limit: number) {
  const { app, namespace } = application;
  const { requests, selector, failed } = callerSource(application, { host: app, subset: versions.canary });
  const negated = failed.replace("=", "!=");
  const query = `sum(irate(${requests}{${selector},${negated}}[5m])) / sum(irate(${requests}{${selector}}[5m]))`;
  const address = `http://${prometheusService.name}.${monitoringNamespace}.svc.cluster.local:${prometheusService.port}`;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: runName(limit), namespace },
    spec: {
      metrics: [
        {
          name: "success-rate",
          interval: "5m",
          successCondition: `result[0] >= ${limit}`,
          failureLimit: 3,
          provider: { prometheus: { address, query } },
        },
      ],
    },
  };
}
