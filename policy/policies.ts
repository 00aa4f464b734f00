import type { Policies } from "@pulumi/policy";
import { type PolicySpec, type Rule, rules, stackRules } from "../components/policy/rules.ts";
import { isFor, isOfApplication, keeps, type PolicyObject } from "./evaluate.ts";

/** @param spec asked when an object is looked at: the engine tells a pack its stack's config after it has begun */
export const policies = (spec: () => PolicySpec): Policies => [
  // The rules of one name are one policy, whatever kinds they are for.
  ...[...new Set(rules.map(({ name }) => name))].map((name): Policies[number] => {
    const own = rules.filter((rule) => rule.name === name);
    return {
      name,
      description: own[0]?.wrong ?? "",
      validateResource: ({ props }, report) => {
        const object = props as PolicyObject;
        const rule = own.find((each) => isFor(each, object));
        if (rule && isOfApplication(object, spec()) && !keeps(rule, object, spec()))
          report(violation(rule, object, spec()));
      },
    };
  }),
  ...stackRules.map((rule): Policies[number] => ({
    name: rule.name,
    description: rule.wrong,
    validateStack: ({ resources }, report) => {
      const own = resources
        .map(({ props, urn }) => ({ object: props as PolicyObject, urn }))
        .filter(({ object }) => "apiVersion" in object && isOfApplication(object, spec()));
      const budgets = own.flatMap(({ object }) => (object.kind === "PodDisruptionBudget" ? [object] : []));
      for (const { object, urn } of own)
        if (!keeps(rule, object, spec(), { budgets })) report(violation(rule, object, spec()), urn);
    },
  })),
];

/** The engine puts the policy's description in front. */
const violation = ({ allowed }: Rule, { kind, metadata }: PolicyObject, spec: PolicySpec): string =>
  `${kind} ${metadata.name}; allowed: ${allowed(spec)}`;
