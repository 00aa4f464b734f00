import { describe, expect, test } from "@jest/globals";
import { applicationSource, callerSource } from "../../../../canary/slo/source.ts";
import { analysisOf } from "../../../../components/slo/analysis.ts";
import { goodRunSeconds, renderAnalysisTemplates } from "../../../../components/slo/render-analysis.ts";
import { renderApplicationMonitor } from "../../../../components/slo/render-application-monitor.ts";
import { renderDashboard, renderDashboardMap } from "../../../../components/slo/render-dashboard.ts";
import { renderPrometheusRule, type ServiceLevelSpec } from "../../../../components/slo/render-rules.ts";
import { register } from "../mocks.ts";

const spec: ServiceLevelSpec = {
  app: "versioned-echo",
  namespace: "canary-lab",
  objective: { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 },
};

test("the application is scraped by the port's name, and found by the job that the queries name", () => {
  const { spec: monitor } = renderApplicationMonitor(spec);
  expect(monitor).toEqual({
    jobLabel: "app",
    selector: { matchLabels: { app: "versioned-echo" } },
    podMetricsEndpoints: [
      {
        port: "http",
        path: "/metrics",
        interval: "5s",
        relabelings: [{ sourceLabels: ["__meta_kubernetes_pod_label_role"], targetLabel: "role" }],
      },
    ],
  });
  expect(applicationSource(spec).selector).toContain(`job="${monitor.selector.matchLabels?.app}"`);
});

describe("rules", () => {
  const { groups } = renderPrometheusRule(spec).spec;

  test("are the same of both sources", () => {
    expect(renderPrometheusRule(spec)).toMatchSnapshot();
    const shapes = groups.map(({ rules }) => rules.map((rule) => ("alert" in rule ? rule.alert : "record")));
    expect(shapes[0]).toEqual(shapes[1]);
  });

  test("record what the alerts read", () => {
    for (const { rules } of groups) {
      const recorded = new Set(rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])));
      const read = rules.flatMap((rule) => ("alert" in rule ? (rule.expr.match(/\w+:\w+:\w+/g) ?? []) : []));
      expect(read.length).toBeGreaterThan(0);
      for (const name of read) expect(recorded).toContain(name);
    }
  });

  test("alert about nothing that too few requests were seen of", () => {
    const alerts = groups.flatMap(({ rules }) => rules.filter((rule) => "alert" in rule));
    expect(alerts).toHaveLength(6);
    for (const { expr } of alerts) expect(expr).toMatch(/ >= 100\)$/);
  });
});

describe("an AnalysisTemplate", () => {
  const templates = renderAnalysisTemplates(spec);
  const { application, caller } = templates;

  test("asks for one version, or for what callers see of one upstream", () => {
    expect(templates).toMatchSnapshot();
    expect(application.spec.args.filter(({ value }) => value === undefined)).toEqual([{ name: "version" }]);
    expect(caller.spec.args.filter(({ value }) => value === undefined)).toEqual([{ name: "host" }, { name: "subset" }]);
  });

  test("decides nothing when it gets no number", () => {
    for (const { successCondition, failureCondition } of caller.spec.metrics) {
      for (const condition of [successCondition, failureCondition]) {
        expect(judge(condition, [])).toBe(false);
        expect(judge(condition, [Number.NaN])).toBe(false);
      }
    }
  });

  test.each([
    [0, 0, true],
    [0.01, 250, true],
    [0.011, 251, false],
  ])("an error ratio of %d and a p95 of %d ms: %p", (ratio, milliseconds, good) => {
    const values = { "error-ratio": ratio, "p95-milliseconds": milliseconds } as Record<string, number>;
    for (const { name, successCondition, failureCondition } of application.spec.metrics) {
      const result = [values[name] ?? Number.NaN];
      expect(judge(successCondition, result)).toBe(good);
      expect(judge(failureCondition, result)).toBe(!good);
    }
  });

  test("takes two windows, of which each follows the one before", () => {
    expect(goodRunSeconds(spec.objective)).toBe(2 * 60);
    for (const { initialDelay, interval, provider } of caller.spec.metrics) {
      expect({ initialDelay, interval }).toEqual({ initialDelay: "1m", interval: "1m" });
      expect(provider.prometheus.query).not.toMatch(/\[(?!1m\])/);
    }
  });

  test("is not aborted by a Prometheus that is away", () => {
    for (const { consecutiveErrorLimit } of caller.spec.metrics) expect(consecutiveErrorLimit).toBe(1_000_000);
  });

  test("names no argument that it does not have", () => {
    for (const { spec: template } of [application, caller]) {
      const used = JSON.stringify(template.metrics).match(/\{\{args\.(\w+)\}\}/g) ?? [];
      const known = template.args.map(({ name }) => `{{args.${name}}}`);
      expect([...new Set(used)].toSorted()).toEqual(known.toSorted());
    }
  });
});

describe("a rollout refers to its analysis", () => {
  test("as a step, which ends by itself", () => {
    expect(analysisOf("versioned-echo", { host: "versioned-echo", subset: "v2" }, "step")).toEqual({
      templates: [{ templateName: renderAnalysisTemplates(spec).caller.metadata.name }],
      args: [
        { name: "host", value: "versioned-echo" },
        { name: "subset", value: "v2" },
      ],
    });
  });

  test("in the background, until the rollout ends", () => {
    const { templates, args } = analysisOf("versioned-echo", { version: "v2" }, "background");
    expect(templates).toEqual([{ templateName: renderAnalysisTemplates(spec).application.metadata.name }]);
    expect(args).toEqual([
      { name: "version", value: "v2" },
      { name: "successes", value: "0" },
      { name: "patience", value: "100000" },
      { name: "count", value: "0" },
    ]);
  });
});

describe("the dashboard", () => {
  test("shows rate, errors, p95 and share of both sources", () => {
    expect(renderDashboard(spec)).toMatchSnapshot();
  });

  test("has a uid of its own in each namespace, as Grafana takes one", () => {
    const uids = ["canary-lab", "canary-lab-staging"].map(
      (namespace) => (renderDashboard({ ...spec, namespace }) as { readonly uid: string }).uid,
    );
    expect(uids[0]).not.toBe(uids[1]);
    for (const uid of uids) expect(uid).toMatch(/^[\w-]{1,40}$/);
  });

  test("is found by Grafana's sidecar", () => {
    const { metadata, data } = renderDashboardMap(spec);
    expect(metadata.labels).toMatchObject({ grafana_dashboard: "1" });
    expect(Object.values(data).map((json) => JSON.parse(json))).toEqual([
      JSON.parse(JSON.stringify(renderDashboard(spec))),
    ]);
  });
});

describe("ServiceLevel", () => {
  const build = (analysis: boolean) =>
    register(async () => {
      const { ServiceLevel } = await import("../../../../components/slo/service-level.ts");
      new ServiceLevel("slo", { ...spec, analysis });
    });

  test("is the monitor, the rules, the templates and the dashboard", async () => {
    const all = [...(await build(true)).values()].filter(({ parent }) => parent === "slo");
    expect(Object.fromEntries(all.map(({ name, inputs }) => [name, inputs.kind]))).toEqual({
      "slo-monitor": "PodMonitor",
      "slo-rules": "PrometheusRule",
      "slo-application-analysis": "AnalysisTemplate",
      "slo-caller-analysis": "AnalysisTemplate",
      "slo-dashboard": "ConfigMap",
    });
  });

  test("has no templates where their definition is not installed", async () => {
    expect([...(await build(false)).keys()].filter((name) => name.endsWith("-analysis"))).toEqual([]);
  });
});

test("callers are asked about a subset in the words of Envoy", () => {
  expect(callerSource(spec, { host: "a", subset: "b" }).selector).toContain(
    '"outbound|80|b|a.canary-lab.svc.cluster.local"',
  );
});

/** What a condition comes to: Argo's expressions are JavaScript but for the two functions. */
function judge(condition: string, result: readonly number[]): boolean {
  const evaluate = new Function("result", "len", "isNaN", `return ${condition}`);
  return evaluate(result, (list: readonly unknown[]) => list.length, Number.isNaN) as boolean;
}
