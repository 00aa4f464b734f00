import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";
import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { PolicyObject } from "../../../policy/evaluate.ts";
import { policies } from "../../../policy/policies.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { application, budget, cases, deployment, strict } from "./cases.ts";

/** How the SDK hands an object to a policy; it has no types for that. */
const { unknownCheckingProxy } = createRequire(import.meta.url)("@pulumi/policy") as {
  unknownCheckingProxy: <Props extends object>(props: Props) => Props;
};

const pack = policies(() => ({ ...application, settings: parseConfig({ policy: strict }).policy }));

/** What the engine gives of an object that is not known yet: its own mark, which the pack's SDK refuses to hand on. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** By their policies, what the pack reports of an object as the engine hands it over. */
function violations(object: PolicyObject): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  const args: Partial<ResourceValidationArgs> = { props: unknownCheckingProxy(object) };
  for (const policy of pack)
    if ("validateResource" in policy && typeof policy.validateResource === "function")
      policy.validateResource(args as ResourceValidationArgs, (message) => found.push([policy.name, message]));
  return Object.fromEntries(found);
}

// A preview looks at an object without the one that it replaces: moves go to the API server, which has both.
test.each(cases.filter(({ before }) => !before))(
  "$rule, of $of: the pack reports the one and not the other",
  ({ rule, rejects, passes }) => {
    expect(Object.keys(violations(rejects))).toContain(rule);
    expect(violations(passes)).toEqual({});
  },
);

test("a violation names the object and what is allowed, and no object of another namespace has one", () => {
  const { rejects } = cases.find(({ rule }) => rule === "load-balancer") as (typeof cases)[number];
  expect(violations(rejects)).toEqual({
    "load-balancer": "Service policy-case; allowed: ClusterIP or NodePort, or policy.loadBalancers true",
  });
  expect(violations({ ...rejects, metadata: { ...rejects.metadata, namespace: "another" } })).toEqual({});
});

test("an image that is built in the update is not guessed", () => {
  expect(() => violations(deployment({ image: unknown }))).toThrow(/can't be known during preview/);
});

test("a workload of several pods without a budget is reported by its resource", () => {
  const { spec, ...rest } = deployment();
  const workload = { ...rest, spec: { ...(spec as object), replicas: 2 } };
  const found: unknown[] = [];
  const look = (...objects: readonly object[]) => {
    const resources = objects.map((props, index) => ({
      type: "t",
      urn: `urn:${index}`,
      props: unknownCheckingProxy(props),
    }));
    for (const policy of pack)
      if ("validateStack" in policy)
        policy.validateStack({ resources: resources as PolicyResource[] } as StackValidationArgs, (...report) =>
          found.push(report),
        );
    return found.splice(0);
  };
  expect(look({}, workload)).toEqual([["Deployment policy-case; allowed: one whose labels its pods have", "urn:1"]]);
  expect(look(workload, budget({ maxUnavailable: 1 }))).toEqual([]);
});
