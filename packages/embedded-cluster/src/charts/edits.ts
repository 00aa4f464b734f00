import { parseDocument } from "yaml";

/** Istio's charts keep their defaults under this key and lay profile and user's values over them, key by key. */
const defaultsKey = "_internal_defaults_do_not_set";

/** A value in a chart's defaults: the path to it, below the charts' common key, and what it becomes. */
export interface ChartDefault {
  readonly path: readonly string[];
  readonly value: string | boolean;
}

/** A chart's `Chart.yaml` at a release's version, as publishing a release does; sources carry a placeholder. */
export function stampChart(chartYaml: string, version: string): string {
  const chart = parseDocument(chartYaml);
  chart.set("version", version);
  chart.set("appVersion", version);
  return chart.toString({ lineWidth: 0 });
}

/**
 * A chart's `values.yaml` with other defaults. They stay defaults: what a user passes still wins, key by key.
 *
 * @throws Error where the chart does not have the map that a default belongs to: the chart changed, and the edit with it
 */
export function changeDefaults(valuesYaml: string, defaults: readonly ChartDefault[]): string {
  const values = parseDocument(valuesYaml);
  for (const { path, value } of defaults) {
    const [parent, full] = [path.slice(0, -1), path].map((keys) => [defaultsKey, ...keys]) as [string[], string[]];
    if (!values.hasIn(parent)) throw new Error(`The chart's values.yaml has no ${parent.join(".")}`);
    values.setIn(full, value);
  }
  return values.toString({ lineWidth: 0 });
}
