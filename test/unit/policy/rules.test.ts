import { expect, test } from "@jest/globals";
import { type PolicySpec, rules, stackRules } from "../../../components/policy/rules.ts";
import { targets } from "../../../components/policy/targets.ts";
import { expression, faultsOf, isFor, keeps, type PolicyObject } from "../../../policy/evaluate.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { manifestsOf } from "../../e2e/support/manifests.ts";
import { variations } from "../../e2e/support/variations.ts";
import { application, budget, cases, deployment, strict, virtualService } from "./cases.ts";

const specOf = (policy: object): PolicySpec => ({ ...application, settings: parseConfig({ policy }).policy });
const spec = specOf(strict);

const broken = (object: PolicyObject, oldObject?: PolicyObject, of = spec) =>
  rules.filter((rule) => !keeps(rule, object, of, { oldObject })).map(({ name }) => name);

test.each(cases)("$rule, of $of: refuses the one and lets the other through", ({ rule, rejects, passes, before }) => {
  expect(broken(rejects, before)).toContain(rule);
  expect(broken(passes, before)).toEqual([]);
});

test("each rule has a case, for each kind of route as well", () => {
  const covered = rules.filter((rule) => cases.some((each) => each.rule === rule.name && isFor(rule, each.rejects)));
  expect(covered).toEqual(rules);
});

test("every expression is CEL, and of two rules for one kind none has the name of the other", () => {
  const texts = [
    ...[...rules, ...stackRules].flatMap((rule) => rule.holds(spec) ?? []),
    ...Object.values(targets).flatMap(({ variables, changed = "true" }) => [
      changed,
      ...Object.values(variables(spec)),
    ]),
  ];
  expect(texts.length).toBeGreaterThan(30);
  for (const text of texts) expect(() => expression(text)).not.toThrow();
  expect(() => expression("object.spec.")).toThrow();
  const names = rules.map(({ name, target }) => `${target} ${name}`);
  expect(new Set(names).size).toBe(names.length);
});

test("what the settings do not ask for is no rule", () => {
  const lenient = specOf({});
  const object = deployment({ image: "app:v1" });
  expect(broken(object, undefined, lenient)).toEqual([]);
  expect(broken(object)).toEqual(["image-digest", "image-registry"]);
});

test("an approval raises the limit to its weight, and a share above it may come down", () => {
  const approved = specOf({ ...strict, approval: { weight: 80, reason: "CHG-1" } });
  expect(broken(virtualService(20, 80))).toEqual(["weight-limit"]);
  expect(broken(virtualService(20, 80), undefined, approved)).toEqual([]);
  expect(broken(virtualService(19, 81), undefined, approved)).toEqual(["weight-limit"]);
  expect(broken(virtualService(20, 80), virtualService(10, 90))).toEqual([]);
  expect(broken(virtualService(100, 0), virtualService(0, 100))).toEqual([]);
});

test("a field that is not known yet is asked for by the rules that need it alone", () => {
  const unknown = {
    get image(): string {
      throw new RangeError("unknown");
    },
  };
  const object = deployment();
  const [container] = (object.spec as { template: { spec: { containers: object[] } } }).template.spec.containers;
  Object.defineProperty(container, "image", Object.getOwnPropertyDescriptor(unknown, "image") ?? {});
  const outcome = (name: string) => {
    const rule = rules.find((each) => each.name === name);
    return rule && keeps(rule, object, spec);
  };
  expect(outcome("read-only-root")).toBe(true);
  expect(() => outcome("image-digest")).toThrow(RangeError);
});

test("a workload of several pods has a budget that its pods are in", () => {
  const { spec: given, ...rest } = deployment();
  const workload = { ...rest, spec: { ...(given as object), replicas: 2 } };
  const missing = [
    "Deployment policy-case: budget: a workload of several pods has no PodDisruptionBudget; allowed: one whose labels its pods have",
  ];
  expect(faultsOf([workload], spec)).toEqual(missing);
  expect(faultsOf([workload, budget({ maxUnavailable: 1 })], spec)).toEqual([]);
  const others = { ...budget({}), spec: { selector: { matchLabels: { app: "another" } } } };
  expect(faultsOf([workload, others], spec)).toEqual(missing);
  expect(faultsOf([deployment()], spec)).toEqual([]);
});

const further: readonly RawConfig[] = [
  { strategy: "istio", monitoring: true, autoscaling: { maxReplicas: 4 } },
  { strategy: "rollout-canary", monitoring: true, analysis: "both", rolloutCanary: { experiment: true } },
  { strategy: "rollout-canary", migration: { scaleDown: "onsuccess" } },
  { strategy: "rollout-blue-green", blueGreen: { previewReplicaCount: 1 } },
];
const stacks: readonly RawConfig[] = [
  ...Object.entries(variations).map(([strategy, { plain }]) => ({ ...plain, strategy })),
  ...further,
];

test.each(stacks)(
  "what the program makes keeps every rule: %j",
  async (values) => {
    const manifests = await manifestsOf(values);
    const settings = parseConfig({ policy: { ...strict, strategies: undefined, maxRise: 100 } }).policy;
    expect(faultsOf(manifests, { ...application, settings })).toEqual([]);
  },
  60_000,
);
