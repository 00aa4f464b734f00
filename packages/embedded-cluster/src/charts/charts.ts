import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makePrivateFolder, writePrivateFile } from "@canary-lab/kit/private-files";
import { nodeLayout } from "../node/layout.ts";
import type { Tools } from "../toolchain/tools.ts";
import { changeDefaults, stampChart } from "./edits.ts";
import { cniChart, type MirrorChart, mirrorCharts } from "./mirror.ts";
import { availableOwnCharts, ownChartKey, ownChartVersion, renderGatewayApi, writeOwnChart } from "./own-charts.ts";

/** The chart mirror of a cluster. */
export const chartFolder = (home: string): string => join(home, "charts");

/**
 * Makes the chart mirror `<home>/charts`: a folder `<chart>-<version>/` for each of Istio's charts, as a chart repository would
 * serve it, for each further chart whose module has been made, and `gateway-api-<version>/standard-install.yaml`. A mirror that
 * was made from the same modules and the same edits is left alone.
 *
 * @returns the mirror's absolute path
 */
export async function ensureCharts(tools: Tools, home: string): Promise<string> {
  const mirror = chartFolder(home);
  const { istio, gatewayApi } = tools.versions;
  const ofModules: readonly (readonly [module: string, charts: readonly MirrorChart[]])[] = [
    [tools.istioModule, mirrorCharts(istio)],
    [tools.istioCniModule, [cniChart(istio, nodeLayout(home))]],
  ];
  const charts = ofModules.filter(([module]) => existsSync(module));
  const own = availableOwnCharts(tools);
  const key = mirrorKey([istio, charts, tools.gatewayApiModule, own.map(ownChartKey)]);
  const keyFile = join(mirror, "key");
  if (readKey(keyFile) === key) return mirror;
  // Made beside the mirror, with the key last, and moved there as a whole: a killed run leaves no half of a mirror.
  const draft = join(home, "charts.draft");
  rmSync(draft, { recursive: true, force: true });
  makePrivateFolder(draft);
  for (const [module, ofModule] of charts)
    for (const chart of ofModule) await writeChart(chart, istio, module, join(draft, `${chart.name}-${istio}`));
  for (const chart of own) await writeOwnChart(chart, join(draft, `${chart.name}-${ownChartVersion(chart)}`));
  if (existsSync(tools.gatewayApiModule)) {
    const definitions = makePrivateFolder(join(draft, `gateway-api-${gatewayApi}`));
    writePrivateFile(join(definitions, "standard-install.yaml"), await renderGatewayApi(tools.gatewayApiModule));
  }
  writePrivateFile(join(draft, "key"), key);
  rmSync(mirror, { recursive: true, force: true });
  renameSync(draft, mirror);
  return mirror;
}

/** A key for all that the mirror is made of. A module's folder stands for its content: it is named by what it was made from. */
export const mirrorKey = (ingredients: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(ingredients)).digest("hex");

async function writeChart(chart: MirrorChart, version: string, istioModule: string, folder: string): Promise<void> {
  const source = join(istioModule, chart.source);
  await cp(source, folder, { recursive: true });
  writePrivateFile(join(folder, "Chart.yaml"), stampChart(await readFile(join(source, "Chart.yaml"), "utf8"), version));
  if (chart.defaults.length === 0) return;
  const values = await readFile(join(source, "values.yaml"), "utf8");
  writePrivateFile(join(folder, "values.yaml"), changeDefaults(values, chart.defaults));
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // no mirror yet
  }
}
