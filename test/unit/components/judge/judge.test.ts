import { describe, expect, test } from "@jest/globals";
import { parseQuestion } from "../../../../apps/judge/src/question.ts";
import { type JudgeSettings, judgeDefaults } from "../../../../canary/judge/config.ts";
import { telemetryOf } from "../../../../canary/judge/counters/telemetry.ts";
import { callerSource } from "../../../../canary/slo/source.ts";
import { analysisOf } from "../../../../components/slo/analysis.ts";
import { type JudgeTemplateSpec, renderJudgeTemplate } from "../../../../components/slo/render-judge-template.ts";
import { register } from "../mocks.ts";

const spec = {
  app: "versioned-echo",
  namespace: "canary-lab",
  image: "registry/judge@sha256:1",
  objective: { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 },
  judge: judgeDefaults,
};

describe("the judge of an application", () => {
  const built = register(async () => {
    const { Judge } = await import("../../../../components/judge/judge.ts");
    new Judge("judge", spec);
  });
  const inputsOf = async (name: string) => (await built).get(name)?.inputs;

  test("runs without a sidecar, a right or a token, and within its memory", async () => {
    expect(await inputsOf("judge-account")).toMatchObject({
      metadata: { name: "versioned-echo-judge", namespace: "canary-lab" },
      automountServiceAccountToken: false,
    });
    const { selector, template } = (await inputsOf("judge-deployment")).spec;
    expect(template.metadata.labels).toEqual({ ...selector.matchLabels, "sidecar.istio.io/inject": "false" });
    expect(template.spec).toMatchObject({
      serviceAccountName: "versioned-echo-judge",
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(template.spec.containers).toEqual([
      expect.objectContaining({
        image: spec.image,
        env: expect.arrayContaining([
          { name: "PROMETHEUS_URL", value: "http://prometheus.monitoring.svc.cluster.local:9090" },
        ]),
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "128Mi" } },
        securityContext: expect.objectContaining({
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        }),
      }),
    ]);
  });

  test("answers where the template asks it", async () => {
    const { metadata, spec: service } = await inputsOf("judge-service");
    const [port] = service.ports;
    const { template } = (await inputsOf("judge-deployment")).spec;
    expect(template.metadata.labels).toMatchObject(service.selector);
    expect(template.spec.containers[0].ports).toEqual([{ name: port.targetPort, containerPort: 8080 }]);
    const { host } = new URL(urlOf(spec));
    expect(host).toBe(`${metadata.name}.${metadata.namespace}.svc.cluster.local:${port.port}`);
    // Its name is like that of a side's Service: at the same port its callers would count for the application.
    const upstream = `outbound|${port.port}||${metadata.name}.canary-lab.svc.cluster.local`;
    const [, pattern = ""] = /cluster_name=~"([^"]*)"/.exec(callerSource(spec).selector) ?? [];
    expect(upstream).not.toMatch(new RegExp(`^${pattern}$`));
    expect(upstream.replace("|8080|", "|80|")).toMatch(new RegExp(`^${pattern}$`));
  });
});

const [verdict] = renderJudgeTemplate(spec).spec.metrics;
const urlOf = (of: JudgeTemplateSpec): string => {
  const [metric] = renderJudgeTemplate(of).spec.metrics;
  if (!metric || !("web" in metric.provider)) throw new Error("Nobody is asked.");
  return metric.provider.web.url;
};

describe("its AnalysisTemplate", () => {
  test("asks what the service understands: both subsets as the callers of the application count them", () => {
    const given = analysisOf(spec.app, { stable: "v1", canary: "v2" }, "step");
    const url = given.args.reduce((text, { name, value }) => text.replace(`{{args.${name}}}`, value), urlOf(spec));
    const parsed = parseQuestion(Object.fromEntries(new URL(url).searchParams));
    if (!("question" in parsed)) throw new Error(parsed.problems.join());
    const { release, options, stepSeconds, since } = parsed.question;
    expect({ stepSeconds, since, objective: options.objective }).toEqual({
      stepSeconds: 5,
      since: undefined,
      objective: { errorRate: 0.01, p95Milliseconds: 250 },
    });
    const { sideOf } = telemetryOf(release, options.latency.edges);
    const side = (subset: string) =>
      sideOf({ cluster_name: `outbound|80|${subset}|versioned-echo.canary-lab.svc.cluster.local` });
    expect([side("v1"), side("v2"), side("")]).toEqual(["stable", "canary", undefined]);
  });

  test("asks by the settings of the release, where they are not the defaults", () => {
    const { edges: _, ...latency } = judgeDefaults.latency;
    const judge: JudgeSettings = {
      ...spec.judge,
      alpha: 0.001,
      mayFail: ["errors", "error objective"],
      latency: { ...latency, warmUpSeconds: 60 },
    };
    const parsed = parseQuestion(Object.fromEntries(new URL(urlOf({ ...spec, judge })).searchParams));
    expect(parsed).toMatchObject({
      question: { options: { alpha: 0.001, mayFail: judge.mayFail, errors: {}, latency: { warmUpSeconds: 60 } } },
    });
    expect(new URL(urlOf(spec)).searchParams.has("alpha")).toBe(false);
  });

  test("asks for a verdict that never fails where nobody may fail the release", () => {
    const url = new URL(urlOf({ ...spec, judge: { ...spec.judge, mayFail: [] } }));
    const parsed = parseQuestion(Object.fromEntries(url.searchParams));
    expect(parsed).toMatchObject({ question: { options: { mayFail: [] } } });
  });

  test.each([
    ["pass", [true, false]],
    ["fail", [false, true]],
    ["inconclusive", [false, false]],
  ])("takes %s for what it is", (answer, expected) => {
    const holds = (condition = "") => new Function("result", `return ${condition}`)({ verdict: answer, reason: "" });
    expect([holds(verdict?.successCondition), holds(verdict?.failureCondition)]).toEqual(expected);
  });

  test("is Inconclusive after three windows of a minute, and by no count of errors anything", () => {
    const { args } = renderJudgeTemplate(spec).spec;
    expect(args).toEqual([
      { name: "stable" },
      { name: "canary" },
      { name: "successes", value: "1" },
      { name: "patience", value: "35" },
      { name: "count", value: "36" },
    ]);
    expect(verdict).toMatchObject({ interval: "5s", failureLimit: 0, consecutiveErrorLimit: 1_000_000 });
  });

  test("names no argument that it does not have, and is the one that a Rollout names", () => {
    const { metadata, spec: template } = renderJudgeTemplate(spec);
    const used = JSON.stringify(template.metrics).match(/\{\{args\.(\w+)\}\}/g) ?? [];
    expect(new Set(used)).toEqual(new Set(template.args.map(({ name }) => `{{args.${name}}}`)));
    const { templates, args } = analysisOf(spec.app, { stable: "v1", canary: "v2" }, "background");
    expect(templates).toEqual([{ templateName: metadata.name }]);
    expect(args).toEqual([
      { name: "stable", value: "v1" },
      { name: "canary", value: "v2" },
      { name: "successes", value: "0" },
      { name: "patience", value: "100000" },
      { name: "count", value: "0" },
    ]);
  });
});
