import { describe, expect, test } from "@jest/globals";
import { parameterDefaults, parseQuestion } from "../src/question.ts";
import { parseSettings } from "../src/settings.ts";

const needed = { namespace: "shop", stable: "v1", canary: "v2" };

const problemsOf = (input: Readonly<Record<string, unknown>>): string => {
  const parsed = parseQuestion(input);
  return "problems" in parsed ? parsed.problems.join("\n") : "";
};

describe("a question", () => {
  test("needs the namespace and the two versions alone", () => {
    expect(parseQuestion(needed)).toEqual({
      question: {
        release: { ...needed, telemetry: "istio", app: undefined, by: "destination_version" },
        since: undefined,
        windowSeconds: 3600,
        stepSeconds: 5,
        needsLatency: true,
        options: {
          objective: { errorRate: 0.01, p95Milliseconds: 250 },
          errors: {},
          latency: { edges: [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000] },
        },
      },
    });
  });

  test("takes each parameter", () => {
    const release = { telemetry: "envoy", app: "echo", by: "upstream" };
    const numbers = {
      window: "600",
      step: "1",
      errorRate: "0.05",
      p95Milliseconds: "8000",
      alpha: "0.02",
      beta: "0.1",
      errorsFloorPoints: "0",
      latencyWarmUpSeconds: "30",
    };
    const rest = { since: "2026-01-31T12:00:00Z", latency: "off", mayFail: "errors,error objective" };
    expect(parseQuestion({ ...needed, ...release, ...numbers, ...rest })).toEqual({
      question: {
        release: { ...needed, ...release },
        since: 1_769_860_800,
        windowSeconds: 600,
        stepSeconds: 1,
        needsLatency: false,
        options: {
          alpha: 0.02,
          beta: 0.1,
          mayFail: ["errors", "error objective"],
          objective: { errorRate: 0.05, p95Milliseconds: 8000 },
          errors: { floorPoints: 0 },
          latency: { warmUpSeconds: 30, edges: expect.arrayContaining([0.5, 10_000, 30_000]) },
        },
      },
    });
    expect(parseQuestion({ ...needed, since: "1769860800.5" })).toMatchObject({ question: { since: 1_769_860_800.5 } });
  });

  test.each([
    [{}, "namespace is missing\nstable is missing\ncanary is missing"],
    [{ ...needed, telemetry: "envoy" }, "app is missing"],
    [{ ...needed, telemetry: "linkerd" }, 'telemetry is "linkerd": allowed are istio, envoy'],
    [{ ...needed, canary: "v1" }, "stable and canary are the same: allowed are two versions"],
    [{ ...needed, by: 'x"} or up{a' }, 'by is "x"} or up{a": allowed is a label\'s name'],
    [{ ...needed, since: "yesterday" }, 'since is "yesterday": allowed is a time such as 2026-01-31T12:00:00Z'],
    [{ ...needed, step: "0", window: "1" }, 'window is "1": allowed is a number from 60 to 86400\nstep is "0"'],
    [{ ...needed, step: "NaN" }, 'step is "NaN": allowed is a number from 1 to 300'],
    [{ ...needed, alpha: "0.5" }, "alpha is 0.5; allowed: between 0 and 0.5"],
    [{ ...needed, latencyWorse: "1" }, "latency.worse is 1; allowed: above the tolerance of 1.1"],
    [{ ...needed, errorRate: "0" }, "objective.errorRate is 0; allowed: between 0 and 1"],
    [{ ...needed, p95Milliseconds: "31000" }, "objective.p95Milliseconds is 31000; allowed: 0.5 to 30000"],
    [
      { ...needed, mayFail: "errors,everything" },
      "allowed: any of errors, latency, error objective, latency objective",
    ],
    [{ ...needed, namespace: ["shop", "other"] }, 'namespace is ["shop","other"]: allowed is a text'],
    [{ ...needed, app: "x".repeat(254) }, "allowed is a text of at most 253 characters, given once"],
    [{ ...needed, prometheus: "http://evil" }, "unknown parameter prometheus: allowed are namespace, app,"],
  ])("%j is refused", (input, problem) => {
    expect(problemsOf(input)).toContain(problem);
  });

  test("has defaults from the environment, an empty variable being none", () => {
    expect(
      parameterDefaults({ JUDGE_NAMESPACE: "shop", JUDGE_P95_MILLISECONDS: "500", JUDGE_APP: "", APP: "x" }),
    ).toEqual({
      namespace: "shop",
      p95Milliseconds: "500",
    });
  });
});

describe("settings", () => {
  test("need the address of Prometheus alone", () => {
    expect(parseSettings({ PROMETHEUS_URL: "http://prometheus:9090/base" })).toEqual({
      prometheus: new URL("http://prometheus:9090/base"),
      host: "0.0.0.0",
      port: 8080,
      timeoutMilliseconds: 8000,
    });
  });

  test("that are bad are all named at once", () => {
    const environment = { PROMETHEUS_URL: "file:///etc", PORT: "65536", TIMEOUT_MS: "1s" };
    const lines = [
      'PROMETHEUS_URL is "file:///etc": allowed is the address of Prometheus',
      'PORT is "65536": allowed is a whole number from 0 to 65535',
      'TIMEOUT_MS is "1s": allowed is a whole number from 100 to 60000',
    ];
    for (const line of lines) expect(() => parseSettings(environment)).toThrow(line);
    expect(() => parseSettings({})).toThrow('PROMETHEUS_URL is ""');
  });
});
