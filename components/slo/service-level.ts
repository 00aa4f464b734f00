import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { rendered, type WithInputs } from "../inputs.ts";
import { renderAnalysisTemplates } from "./render-analysis.ts";
import { renderApplicationMonitor, renderCallersMonitor } from "./render-application-monitor.ts";
import { renderPrometheusRule, type ServiceLevelSpec, sourceNames } from "./render-rules.ts";

/** `objective` and `metrics` are plain, for they decide which children there are and what they compare. */
export interface ServiceLevelArgs extends WithInputs<ServiceLevelSpec, "app" | "namespace" | "prometheus" | "picks"> {
  /** Whether the definitions of Argo Rollouts are installed, so that there can be AnalysisTemplates. */
  readonly analysis: boolean;
  /** Whether somebody scrapes the proxies of the mesh already. Default: true. */
  readonly scrapesProxies?: boolean | undefined;
}

/**
 * What one objective comes to in the cluster: the application is scraped, where it has metrics, its rules and alerts are evaluated, its
 * dashboard is shown, and a rollout can be judged by it (`analysisOf`). Give the monitoring stack, and Argo Rollouts where there is one, as `dependsOn`.
 */
export class ServiceLevel extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceLevelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:slo:ServiceLevel", name, {}, opts);
    const { analysis, scrapesProxies, objective, metrics, ...inputs } = args;
    const of =
      <Manifest>(render: (spec: ServiceLevelSpec) => Manifest) =>
      (known: Omit<ServiceLevelSpec, "objective" | "metrics">) =>
        render({ ...known, objective, metrics });
    const custom = (role: string, apiVersion: string, kind: string, render: (spec: ServiceLevelSpec) => object) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${role}`,
        { ...rendered(inputs, of(render)), apiVersion, kind },
        { parent: this },
      );
    const monitoring = "monitoring.coreos.com/v1";
    if (metrics !== null) custom("monitor", monitoring, "PodMonitor", renderApplicationMonitor);
    if (scrapesProxies === false) custom("callers-monitor", monitoring, "PodMonitor", renderCallersMonitor);
    custom("rules", monitoring, "PrometheusRule", renderPrometheusRule);
    for (const source of analysis ? sourceNames(metrics) : []) {
      const template = (spec: ServiceLevelSpec) => renderAnalysisTemplates(spec)[source];
      custom(`${source}-analysis`, "argoproj.io/v1alpha1", "AnalysisTemplate", template);
    }
    // The dashboard's builders are a third of all modules that a program loads, and most stacks have no monitoring.
    const dashboard = import("./render-dashboard.ts").then(({ renderDashboardMap }) => renderDashboardMap);
    const map = rendered({ ...inputs, dashboard }, ({ dashboard: render, ...known }) => of(render)(known));
    new k8s.core.v1.ConfigMap(`${name}-dashboard`, map, { parent: this });
    this.registerOutputs();
  }
}
