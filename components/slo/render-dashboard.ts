import { createHash } from "node:crypto";
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DatasourceVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { formatDuration } from "../../canary/duration.ts";
import { errorRatio, movedShare, p95Milliseconds, requestRate, share } from "../../canary/slo/queries.ts";
import type { Source } from "../../canary/slo/source.ts";
import { scrapeSeconds } from "../monitoring/render-kube-prometheus-stack.ts";
import { type ServiceLevelSpec, serviceLevelName, sourcesOf } from "./render-rules.ts";

/** The Prometheus that is chosen at the top of the dashboard; Grafana's default one at first. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is Grafana's
const datasource = { type: "prometheus", uid: "${datasource}" };

const titles: Record<Source["name"], string> = {
  application: "as the application counts",
  caller: "as its callers see it",
};

/** The time within which a change of weight is looked for: four scrapes, so that it shows soon and a single gap does not. */
const step = formatDuration(4 * scrapeSeconds);

/** The dashboard in Grafana's JSON model: one row of panels per source, and a mark wherever the share moved. */
export function renderDashboard(spec: ServiceLevelSpec): object {
  const dashboard = new DashboardBuilder(`Releases of ${spec.app} (${spec.namespace})`)
    .uid(dashboardUid(spec))
    .tags(["canary-lab"])
    .refresh(`${scrapeSeconds}s`)
    .time({ from: "now-15m", to: "now" })
    .withVariable(new DatasourceVariableBuilder("datasource").type("prometheus").label("Prometheus"));
  for (const source of sourcesOf(spec)) {
    dashboard.annotation(shareMark(source));
    for (const panel of panels(spec, source)) dashboard.withPanel(panel.height(7).span(6));
  }
  return dashboard.build();
}

/** Grafana keeps one dashboard for each uid, of 40 characters at most: applications of one name in two namespaces are two. */
const dashboardUid = ({ app, namespace }: ServiceLevelSpec): string =>
  createHash("sha1").update(`${namespace}/${app}`).digest("hex");

/** The ConfigMap from which Grafana's sidecar takes the dashboard, in whatever namespace it is. */
export const renderDashboardMap = (spec: ServiceLevelSpec) => ({
  metadata: {
    name: `${serviceLevelName(spec.app)}-dashboard`,
    namespace: spec.namespace,
    labels: { app: spec.app, grafana_dashboard: "1" },
  },
  data: { [`${spec.namespace}-${serviceLevelName(spec.app)}.json`]: JSON.stringify(renderDashboard(spec), null, 2) },
});

function panels({ objective }: ServiceLevelSpec, source: Source): PanelBuilder[] {
  const window = formatDuration(objective.windowSeconds);
  const panel = (title: string, unit: string, query: string) =>
    new PanelBuilder()
      .title(`${title}, ${titles[source.name]}`)
      .datasource(datasource)
      .unit(unit)
      .min(0)
      // As fine as the scrapes are; the data source's own least step is that of the slower ones.
      .interval(`${scrapeSeconds}s`)
      .legend(
        new VizLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .calcs([]),
      )
      .withTarget(new DataqueryBuilder().refId("A").expr(query).legendFormat(`{{${source.label}}}`));
  return [
    panel("Requests", "reqps", requestRate(source, window)),
    limited(panel("Error rate", "percentunit", errorRatio(source, window)), objective.errorRate),
    limited(panel("p95", "ms", p95Milliseconds(source, window)), objective.p95Milliseconds),
    panel("Share of the requests", "percentunit", share(source, step)).max(1),
  ];
}

/** Draws what the objective allows as a line. */
const limited = (panel: PanelBuilder, allowed: number): PanelBuilder =>
  panel
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "green" },
        { value: allowed, color: "red" },
      ]),
    )
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));

const shareMark = (source: Source): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(`Share moves, ${titles[source.name]}`)
    .datasource(datasource)
    .enable(true)
    .iconColor("blue")
    .expr(movedShare(source, step))
    .step(`${scrapeSeconds}s`)
    .titleFormat("The share moves")
    .textFormat(`{{${source.label}}}`);
