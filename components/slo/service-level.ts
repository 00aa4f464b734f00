import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renderAnalysisTemplates } from "./render-analysis.ts";
import { renderApplicationMonitor, renderCallersMonitor } from "./render-application-monitor.ts";
import { renderPrometheusRule, type ServiceLevelSpec, sourcesOf } from "./render-rules.ts";

export interface ServiceLevelArgs extends ServiceLevelSpec {
  /** Whether the definitions of Argo Rollouts are installed, so that there can be AnalysisTemplates. */
  readonly analysis: boolean;
  /** Whether somebody scrapes the proxies of the mesh already. Default: true. */
  readonly scrapesProxies?: boolean | undefined;
}

/**
 * What one objective comes to in the cluster: the application is scraped, where it has metrics, its rules and alerts evaluated, its dashboard shown, and a
 * rollout can be judged by it (`analysisOf`). Give the monitoring stack, and Argo Rollouts where there is one, as `dependsOn`.
 */
export class ServiceLevel extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceLevelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:slo:ServiceLevel", name, {}, opts);
    const custom = (role: string, manifest: k8s.apiextensions.CustomResourceArgs) =>
      new k8s.apiextensions.CustomResource(`${name}-${role}`, manifest, { parent: this });
    if (args.metrics !== null) custom("monitor", renderApplicationMonitor(args));
    if (args.scrapesProxies === false) custom("callers-monitor", renderCallersMonitor(args));
    custom("rules", renderPrometheusRule(args));
    if (args.analysis) {
      const templates = renderAnalysisTemplates(args);
      for (const { name: source } of sourcesOf(args)) custom(`${source}-analysis`, templates[source]);
    }
    // The dashboard's builders are a third of all modules that a program loads, and most stacks have no monitoring.
    const dashboard = import("./render-dashboard.ts").then(({ renderDashboardMap }) => renderDashboardMap(args));
    const map = { metadata: dashboard.then(({ metadata }) => metadata), data: dashboard.then(({ data }) => data) };
    new k8s.core.v1.ConfigMap(`${name}-dashboard`, map, { parent: this });
    this.registerOutputs();
  }
}
