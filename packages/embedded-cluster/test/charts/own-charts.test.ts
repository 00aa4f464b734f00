import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  availableOwnCharts,
  ownChartKey,
  ownCharts,
  ownChartVersion,
  renderGatewayApi,
  writeOwnChart,
} from "../../src/charts/own-charts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (path: string, content: string) => {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};

describe("our charts", () => {
  const chartsIn = () => {
    const tools = { rolloutsModule: join(folder, "rollouts"), operatorModule: join(folder, "operator") };
    return { tools, charts: ownCharts(tools) };
  };

  test("have the versions of the published charts", () => {
    const { charts } = chartsIn();
    expect(charts.map((chart) => `${chart.name}-${ownChartVersion(chart)}`)).toEqual([
      "argo-rollouts-2.41.0",
      "kube-prometheus-stack-77.14.0",
    ]);
  });

  test("are available once their modules are there", () => {
    const { tools } = chartsIn();
    expect(availableOwnCharts(tools)).toEqual([]);
    put("rollouts/manifests/crds/rollout-crd.yaml", "");
    expect(availableOwnCharts(tools).map(({ name }) => name)).toEqual(["argo-rollouts"]);
  });

  test("are our templates with the module's manifests where the templates look for them", async () => {
    put("operator/example/prometheus-operator-crd/prometheuses.yaml", "a definition");
    put("operator/example/rbac/prometheus-operator/prometheus-operator-cluster-role.yaml", "rules");
    put("operator/example/rbac/prometheus/prometheus-cluster-role.yaml", "rules");
    const [, chart] = chartsIn().charts;
    await writeOwnChart(chart as NonNullable<typeof chart>, join(folder, "out"));
    const text = (path: string) => readFileSync(join(folder, "out", path), "utf8");
    expect(text("charts/crds/crds/prometheuses.yaml")).toBe("a definition");
    for (const template of ["operator", "prometheus"]) {
      const [, asked] = /"(manifests\/[^"]+)"/.exec(text(`templates/${template}.yaml`)) ?? [];
      expect(existsSync(join(folder, "out", asked ?? "absent"))).toBe(true);
    }
  });

  test("have a key that follows the module", () => {
    const [chart] = chartsIn().charts as [ReturnType<typeof ownCharts>[number]];
    expect(ownChartKey(chart)).toBe(ownChartKey({ ...chart }));
    expect(ownChartKey({ ...chart, module: "/tools/rollouts-of-another-version" })).not.toBe(ownChartKey(chart));
  });
});

test("the Gateway API's definitions become one file, in a stable order", async () => {
  put("config/crd/standard/b.yaml", "kind: B\n");
  put("config/crd/standard/a.yaml", "---\nkind: A\n");
  put("config/crd/standard/notes.txt", "not a definition");
  expect(await renderGatewayApi(folder)).toBe("---\nkind: A\n---\nkind: B\n");
});
