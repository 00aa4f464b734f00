import { factsOf } from "../canary/strategies.ts";
import type { MadeObjects } from "./application-kinds.ts";
import type { LabConfig } from "./config/schema.ts";

/** The kinds of a stack's admission policies, which belong to the whole cluster; none where its policy is off. */
export const policyObjects = ({ policy }: Pick<LabConfig, "policy">): readonly MadeObjects[] =>
  policy.mode === "off"
    ? []
    : ["validatingadmissionpolicies", "validatingadmissionpolicybindings"].map((kind) => ({
        resource: `${kind}.admissionregistration.k8s.io`,
      }));

/** The weights of the plan, for the rules to look at; undefined where there are no rules, or the strategy follows no plan. */
export const checkedLadder = ({ policy, strategy, plan }: LabConfig): readonly number[] | undefined =>
  policy.mode === "off" || factsOf(strategy).steps === "none" ? undefined : plan.stages.map(({ weight }) => weight);
