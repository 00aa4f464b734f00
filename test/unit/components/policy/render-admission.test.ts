import { expect, test } from "@jest/globals";
import { renderAdmission } from "../../../../components/policy/render-admission.ts";
import { faultOf, rules } from "../../../../components/policy/rules.ts";
import { expression } from "../../../../policy/evaluate.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { guardChanges, guardObjects, guardRights } from "../../../../stacks/roles.ts";
import { manifestsOf } from "../../../e2e/support/manifests.ts";
import { application, strict } from "../../policy/cases.ts";

const { mode: _, ...settings } = parseConfig({ policy: strict }).policy;
const rendered = renderAdmission({ ...application, mode: "enforce", settings });

test("each rule that is asked for is in the policy of its target, with the expression that the pack evaluates", () => {
  const spec = { ...application, settings };
  const wanted = rules.map((rule) => [rule.target, rule.holds(spec), faultOf(rule, spec)]);
  const found = rendered.flatMap(({ target, policy }) =>
    policy.spec.validations.map(({ expression: text, message }) => [target, text, message]),
  );
  expect(found.toSorted()).toEqual(wanted.toSorted());
  for (const { policy } of rendered) {
    expect(policy.spec.variables).not.toEqual([]);
    for (const { expression: text } of policy.spec.matchConditions ?? []) expect(() => expression(text)).not.toThrow();
  }
});

test("a target that nothing is asked of has no policy", () => {
  const lenient = renderAdmission({ ...application, mode: "warn", settings: { ...settings, loadBalancers: true } });
  expect(lenient.map(({ target }) => target)).not.toContain("services");
  expect(rendered.map(({ target }) => target)).toContain("services");
});

test("a binding is for the application's namespace alone, and its name is that of no other stack's", () => {
  const actions = (
    mode: "warn" | "enforce",
    app: string = application.app,
    namespace: string = application.namespace,
  ) => renderAdmission({ app, namespace, mode, settings }).map(({ binding }) => binding);
  for (const { spec } of actions("enforce")) {
    expect(spec.validationActions).toEqual(["Deny"]);
    expect(spec.matchResources.namespaceSelector.matchLabels).toEqual({
      "kubernetes.io/metadata.name": application.namespace,
    });
  }
  expect(actions("warn").every(({ spec }) => spec.validationActions.join() === "Warn,Audit")).toBe(true);
  const names = (app: string, namespace: string) =>
    actions("warn", app, namespace).map(({ metadata }) => metadata.name);
  const both = [...names("c", "a-b"), ...names("b-c", "a")];
  expect(new Set(both).size).toBe(both.length);
});

test("a stack has policies where its config asks for them, and they are among its rights and what is told", async () => {
  const kinds = async (policy: object) => (await manifestsOf({ policy })).map(({ kind }) => kind);
  const policies = await kinds({ mode: "warn" });
  expect(policies.filter((kind) => kind === "ValidatingAdmissionPolicy")).toHaveLength(rendered.length);
  expect(policies.filter((kind) => kind === "ValidatingAdmissionPolicyBinding")).toHaveLength(rendered.length);
  expect((await kinds({})).filter((kind) => kind.startsWith("ValidatingAdmission"))).toEqual([]);
  const resource = "validatingadmissionpolicies.admissionregistration.k8s.io";
  const config = parseConfig({ policy: { mode: "warn" } });
  expect(guardObjects(config)).toContainEqual({ resource });
  expect(guardRights(config)).toContainEqual({ verb: "patch", resource });
  expect(guardRights(parseConfig({}))).toEqual([]);
  expect(guardChanges(config)).toContain("admission policies for namespace canary-lab alone");
}, 60_000);

test("the Namespace says the plan where a policy looks at it", async () => {
  const note = async (policy: object, strategy = "istio") => {
    const found = (await manifestsOf({ policy, strategy })).find(
      ({ kind, metadata }) => kind === "Namespace" && metadata.name === application.namespace,
    );
    return (found?.metadata as { readonly annotations?: object } | undefined)?.annotations;
  };
  expect(await note({ mode: "warn" })).toHaveProperty(["canary-lab/plan"], "10 30 60 100");
  expect(await note({ mode: "warn" }, "nginx-header")).not.toHaveProperty(["canary-lab/plan"]);
  expect(await note({})).not.toHaveProperty(["canary-lab/plan"]);
}, 60_000);
