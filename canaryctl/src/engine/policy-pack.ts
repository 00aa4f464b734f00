import type { LabConfig } from "../../../stacks/config/schema.ts";

/**
 * By which a preview evaluates the rules of the stack's policy, from the folder of the project. An update goes without: the API server holds
 * it to the same rules, and the process of the pack takes longer to start than an update that changes nothing takes.
 */
export const policyPackOptions = ({ policy: { mode } }: Pick<LabConfig, "policy">): readonly string[] =>
  mode === "off"
    ? []
    : ["--policy-pack", "policy", ...(mode === "warn" ? ["--policy-pack-config", "policy/advisory.json"] : [])];
