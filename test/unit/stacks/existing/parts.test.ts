import { describe, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { existingFacts } from "../../../../stacks/existing/facts.ts";
import { labelsFor } from "../../../../stacks/existing/monitoring.ts";
import type { ExistingObjects, Prometheus } from "../../../../stacks/existing/objects.ts";
import { sampleConfig } from "../sample-config.ts";
import { clusterWith, httpRoutes, kubePrometheusStack, rollouts } from "./recorded.ts";

const find = (objects: Partial<ExistingObjects>, change: Partial<LabConfig>) => {
  const { services = [], ...more } = objects;
  const cluster = clusterWith("helm");
  const all = { ...cluster, ...more, services: [...cluster.services, ...services] };
  return existingFacts(all, { ...sampleConfig, platform: "existing", ...change });
};

const faults = (objects: Partial<ExistingObjects>, change: Partial<LabConfig>) => {
  const found = find(objects, change);
  return "faults" in found ? found.faults : [];
};

const facts = (objects: Partial<ExistingObjects>, change: Partial<LabConfig>) => {
  const found = find(objects, change);
  if ("faults" in found) throw new Error(JSON.stringify(found.faults));
  return found.facts;
};

const set = (text: string) => `npx canaryctl config set ${text} && npx canaryctl up`;

describe("Prometheus", () => {
  const monitoring = { monitoring: true };
  const installed = (spec: Partial<Prometheus["spec"]> = {}) => {
    const { prometheus, services } = kubePrometheusStack("kps", "observability", spec);
    return { prometheuses: [prometheus], services };
  };
  const name = "kps-kube-prometheus-stack-prometheus";

  test("is found with its Service, and the labels by which it finds monitors and rules", () => {
    expect(facts(installed(), monitoring).monitoring).toEqual({
      namespace: "observability",
      service: name,
      port: 9090,
      picks: { monitors: { release: "kps" }, rules: { release: "kps" }, namespaces: {} },
      scrapesProxies: false,
    });
  });

  test("without a Service of its own it is asked by that of the operator", () => {
    const { prometheuses, services } = installed();
    const [operated] = services;
    expect(facts({ prometheuses, services: operated ? [operated] : [] }, monitoring).monitoring).toMatchObject({
      service: "prometheus-operated",
      port: 9090,
    });
  });

  test("namespaces that it reads by a label get that label", () => {
    const watched = { matchLabels: { watched: "yes" } };
    const spec = { podMonitorNamespaceSelector: watched, ruleNamespaceSelector: watched };
    expect(facts(installed(spec), monitoring).monitoring?.picks.namespaces).toEqual({ watched: "yes" });
  });

  test.each<readonly [string, Partial<Prometheus["spec"]>]>([
    ["ruleSelector", { ruleSelector: undefined }],
    ["podMonitorSelector", { podMonitorSelector: undefined }],
    [
      "podMonitorNamespaceSelector",
      { podMonitorNamespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "team-b" } } },
    ],
    [
      "ruleNamespaceSelector",
      {
        podMonitorNamespaceSelector: { matchLabels: { team: "a" } },
        ruleNamespaceSelector: { matchLabels: { team: "b" } },
      },
    ],
  ] as never)("that would not read what the stack makes is refused: %s", (field, spec) => {
    const [fault, more] = faults(installed(spec), monitoring);
    expect(fault?.cause).toContain(`observability/${name} would not read what this stack makes: its ${field} is`);
    expect(fault?.next[0]).toBe(set("monitoring false"));
    expect(more).toBeUndefined();
  });

  test("none, several, and one of an old version", () => {
    expect(faults({}, monitoring)).toEqual([
      expect.objectContaining({ cause: "this stack has monitoring true, and the cluster has no Prometheus" }),
    ]);
    const { prometheuses } = installed();
    const { prometheus: second } = kubePrometheusStack("other", "team-b");
    const two = { prometheuses: [...prometheuses, second] };
    const names = [`observability/${name}`, "team-b/other-kube-prometheus-stack-prometheus"];
    expect(faults(two, monitoring)[0]?.next).toEqual(names.map((one) => set(`prometheus ${one}`)));
    expect(facts(two, { ...monitoring, prometheus: names[1] }).monitoring?.namespace).toBe("team-b");
    expect(faults(installed({ version: "v2.20.0" }), monitoring)[0]?.cause).toMatch(/^Prometheus is v?2\.20\.0/);
    expect(facts(two, {}).monitoring).toBeNull();
  });
});

describe("Argo Rollouts and the Gateway API", () => {
  const strategy = { strategy: "rollout-canary" } as const;

  test("are found in the versions that they are of", () => {
    const all = facts({ rollouts: [rollouts], httpRoutes }, strategy);
    expect([all.rollouts, all.gatewayApi]).toEqual(["cluster", "1.4.0"]);
  });

  test.each<readonly [string, Partial<ExistingObjects>, RegExp]>([
    ["none", {}, /strategy rollout-canary, and the cluster has no Rollouts controller/],
    [
      "one for its own namespace",
      { rollouts: [JSON.parse(JSON.stringify(rollouts).replace('"image"', '"args":["--namespaced"],"image"'))] },
      /a Rollouts controller that watches one namespace only/,
    ],
    [
      "an old one",
      { rollouts: [JSON.parse(JSON.stringify(rollouts).replace("v1.9.1", "v1.6.0"))] },
      /Argo Rollouts is 1\.6\.0, by argo-rollouts\/argo-rollouts/,
    ],
  ])("a Rollouts controller that cannot be used is refused once: %s", (_, objects, cause) => {
    const all = faults(objects, strategy);
    expect(all).toEqual([
      expect.objectContaining({ cause: expect.stringMatching(cause), next: [set("strategy istio")] }),
    ]);
  });

  test("definitions of an older Gateway API are refused where they are needed only", () => {
    const old = { httpRoutes: JSON.parse(JSON.stringify(httpRoutes).replace("v1.4.0", "v1.2.1")) };
    expect(faults(old, { strategy: "gateway-api" })[0]?.cause).toMatch(/^the Gateway API is 1\.2\.1, by httproutes/);
    expect(facts(old, {}).gatewayApi).toBeNull();
  });
});

test("all that is lacking is told at once", () => {
  expect(faults({ services: [], webhooks: [] }, { monitoring: true })).toHaveLength(1);
  expect(faults({}, { monitoring: true, strategy: "rollout-canary" })).toHaveLength(2);
});

describe("labels by which an object is selected", () => {
  const exists = { key: "a", operator: "Exists" };
  const isAbsent = { key: "a", operator: "DoesNotExist" };
  const isIn = (...values: readonly string[]) => ({ key: "a", operator: "In", values });
  const isNotIn = (...values: readonly string[]) => ({ key: "a", operator: "NotIn", values });
  test.each([
    [undefined, undefined],
    [{}, {}],
    [{ matchLabels: { a: "b" } }, { a: "b" }],
    [{ matchExpressions: [{ key: "a", operator: "In", values: ["x", "y"] }] }, { a: "x" }],
    [{ matchLabels: { a: "y" }, matchExpressions: [{ key: "a", operator: "In", values: ["x", "y"] }] }, { a: "y" }],
    [{ matchLabels: { a: "z" }, matchExpressions: [{ key: "a", operator: "In", values: ["x"] }] }, undefined],
    [{ matchExpressions: [{ key: "a", operator: "Exists" }] }, { a: "true" }],
    [{ matchExpressions: [{ key: "a", operator: "NotIn", values: ["x"] }] }, {}],
    [{ matchLabels: { a: "x" }, matchExpressions: [{ key: "a", operator: "NotIn", values: ["x"] }] }, undefined],
    [{ matchLabels: { a: "x" }, matchExpressions: [{ key: "a", operator: "DoesNotExist" }] }, undefined],
    [{ matchExpressions: [exists, isIn("x")] }, { a: "x" }],
    [{ matchExpressions: [isIn("x"), exists] }, { a: "x" }],
    [{ matchExpressions: [isIn("x", "y"), isIn("y", "z")] }, { a: "y" }],
    [{ matchExpressions: [isIn("x"), isIn("y")] }, undefined],
    [{ matchExpressions: [isIn("x", "y"), isNotIn("x")] }, { a: "y" }],
    [{ matchExpressions: [isNotIn("x"), isIn("x", "y")] }, { a: "y" }],
    [{ matchExpressions: [exists, isNotIn("true")] }, { a: "true-1" }],
    [{ matchExpressions: [isAbsent, exists] }, undefined],
    [{ matchExpressions: [isAbsent, isNotIn("x")] }, {}],
  ])("%j needs %j", (selector, labels) => {
    expect(labelsFor(selector)).toEqual(labels);
  });
});
