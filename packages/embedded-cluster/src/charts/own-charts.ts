import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse } from "yaml";
import type { Tools } from "../toolchain/tools.ts";

/** A chart that is published, but not as a Go module: our templates around a module's own manifests. */
export interface StandInChart {
  readonly name: string;
  /** Folder of the module's manifests; the chart is made only where it is there. */
  readonly module: string;
  /** Files and folders of the module, by the place that each has in the chart. */
  readonly manifests: Readonly<Record<string, string>>;
}

/** The stand-ins, under the names of the charts that they stand for; `stand-ins/<name>/` holds our half of each. */
export const standInCharts = ({
  rolloutsModule,
  operatorModule,
}: Pick<Tools, "rolloutsModule" | "operatorModule">): readonly StandInChart[] => [
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

/** Our half of a stand-in: Chart.yaml, values.yaml and templates. */
export const standInSource = ({ name }: Pick<StandInChart, "name">): string =>
  join(import.meta.dirname, "../../own-charts", name);

/** Version of the published chart that a stand-in stands for. */
export const standInVersion = (chart: Pick<StandInChart, "name">): string =>
  parse(readFileSync(join(standInSource(chart), "Chart.yaml"), "utf8")).version;

/** A key for all that a stand-in is made of. A module's folder stands for its content: it is named by what it was made from. */
export function standInKey(chart: StandInChart): string {
  const source = standInSource(chart);
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const contents = files
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [relative(source, file), readFileSync(file, "utf8")]);
  return createHash("sha256")
    .update(JSON.stringify([chart, contents]))
    .digest("hex");
}

export async function writeStandIn(chart: StandInChart, folder: string): Promise<void> {
  await cp(standInSource(chart), folder, { recursive: true });
  for (const [place, path] of Object.entries(chart.manifests))
    await cp(join(chart.module, path), join(folder, place), { recursive: true });
}

/** The stand-ins whose modules have been made. */
export const possibleStandIns = (tools: Pick<Tools, "rolloutsModule" | "operatorModule">): readonly StandInChart[] =>
  standInCharts(tools).filter(({ module }) => existsSync(module));

/** The Gateway API's definitions as its release publishes them: one file. */
export async function renderGatewayApi(module: string): Promise<string> {
  const folder = join(module, "config", "crd", "standard");
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  const documents = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return documents.map((document) => `---\n${document.replace(/^---\n/, "").trimEnd()}\n`).join("");
}
