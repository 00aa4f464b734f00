import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse } from "yaml";
import type { Tools } from "../toolchain/tools.ts";

/** A chart that is published, but not as a Go module: our templates around a module's own manifests. */
export interface OwnChart {
  readonly name: string;
  /** Folder of the module's manifests; the chart is made only where it is there. */
  readonly module: string;
  /** Files and folders of the module, by the place that each has in the chart. */
  readonly manifests: Readonly<Record<string, string>>;
}

/** Our charts, under the names of the published ones; `own-charts/<name>/` holds our half of each. */
export const ownCharts = ({
  rolloutsModule,
  operatorModule,
}: Pick<Tools, "rolloutsModule" | "operatorModule">): readonly OwnChart[] => [
  { name: "argo-rollouts", module: rolloutsModule, manifests: { manifests: "manifests" } },
  {
    name: "kube-prometheus-stack",
    module: operatorModule,
    manifests: {
      "charts/crds/crds": "example/prometheus-operator-crd",
      "manifests/operator": "example/rbac/prometheus-operator",
      "manifests/prometheus": "example/rbac/prometheus",
    },
  },
];

/** Our half of a chart: Chart.yaml, values.yaml and templates. */
const ownChartSource = ({ name }: Pick<OwnChart, "name">): string =>
  join(import.meta.dirname, "../../own-charts", name);

/** Version of the published chart that ours takes the place of. */
export const ownChartVersion = (chart: Pick<OwnChart, "name">): string =>
  parse(readFileSync(join(ownChartSource(chart), "Chart.yaml"), "utf8")).version;

/** A key for all that a chart of ours is made of. A module's folder stands for its content: it is named by what it was made from. */
export function ownChartKey(chart: OwnChart): string {
  const source = ownChartSource(chart);
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const contents = files
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [relative(source, file), readFileSync(file, "utf8")]);
  return createHash("sha256")
    .update(JSON.stringify([chart, contents]))
    .digest("hex");
}

export async function writeOwnChart(chart: OwnChart, folder: string): Promise<void> {
  await cp(ownChartSource(chart), folder, { recursive: true });
  for (const [place, path] of Object.entries(chart.manifests))
    await cp(join(chart.module, path), join(folder, place), { recursive: true });
}

/** The charts whose modules have been made. */
export const availableOwnCharts = (tools: Pick<Tools, "rolloutsModule" | "operatorModule">): readonly OwnChart[] =>
  ownCharts(tools).filter(({ module }) => existsSync(module));

/** The Gateway API's definitions as its release publishes them: one file. */
export async function renderGatewayApi(module: string): Promise<string> {
  const folder = join(module, "config", "crd", "standard");
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  const documents = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return documents.map((document) => `---\n${document.replace(/^---\n/, "").trimEnd()}\n`).join("");
}
