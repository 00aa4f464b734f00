import { faultOf, type PolicySpec, type Rule, rules } from "./rules.ts";
import { type Target, type TargetName, targets } from "./targets.ts";

/** What becomes of a request that breaks a rule. */
export type PolicyMode = "warn" | "enforce";

/** Policies of a namespace, rendered for the API server. */
export interface AdmissionSpec extends PolicySpec {
  readonly mode: PolicyMode;
}

/** Both belong to the whole cluster. Neither a namespace nor an application has a dot in its name, so that no two stacks share one. */
const nameOf = ({ namespace, app }: Pick<AdmissionSpec, "app" | "namespace">, target: TargetName): string =>
  `${namespace}.${app}.${target}`;

/** The names of all policies that an application may have, and of their bindings. */
export const policyNames = (spec: Pick<AdmissionSpec, "app" | "namespace">): readonly string[] =>
  (Object.keys(targets) as TargetName[]).map((target) => nameOf(spec, target));

const actions: Readonly<Record<PolicyMode, readonly string[]>> = { warn: ["Warn", "Audit"], enforce: ["Deny"] };

/**
 * For each kind of target a ValidatingAdmissionPolicy with its rules, and the binding that holds the application's namespace to it; none for
 * a target that the settings ask nothing of. Kubernetes 1.30 or later.
 */
export const renderAdmission = (spec: AdmissionSpec) =>
  (Object.keys(targets) as TargetName[]).flatMap((target) => {
    const validations = rules.flatMap((rule) => (rule.target === target ? validationOf(rule, spec) : []));
    return validations.length === 0 ? [] : { target, ...renderTarget(spec, target, validations) };
  });

type Validation = ReturnType<typeof validationOf>[number];

function validationOf(rule: Rule, spec: PolicySpec) {
  const expression = rule.holds(spec);
  return expression === undefined ? [] : [{ expression, message: faultOf(rule, spec) }];
}

function renderTarget(spec: AdmissionSpec, target: TargetName, validations: readonly Validation[]) {
  const { kinds, variables, changed }: Target = targets[target];
  const named = Object.entries(variables(spec)).map(([name, expression]) => ({ name, expression }));
  const metadata = { name: nameOf(spec, target), labels: { app: spec.app } };
  return {
    policy: {
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          matchPolicy: "Equivalent",
          resourceRules: kinds.map(({ apiVersion, resources }) => ({
            ...groupOf(apiVersion),
            operations: ["CREATE", "UPDATE"],
            resources: [...resources],
            scope: "*",
          })),
        },
        ...(changed !== undefined && {
          matchConditions: [{ name: "changed", expression: `oldObject == null || ${changed}` }],
        }),
        // An empty list would not be there when it is read again.
        ...(named.length > 0 && { variables: named }),
        validations: [...validations],
      },
    },
    binding: {
      metadata,
      spec: {
        policyName: metadata.name,
        validationActions: [...actions[spec.mode]],
        matchResources: {
          matchPolicy: "Equivalent",
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": spec.namespace } },
        },
      },
    },
  };
}

function groupOf(apiVersion: string) {
  const [version = "", group = ""] = apiVersion.split("/").toReversed();
  return { apiGroups: [group], apiVersions: [version] };
}
