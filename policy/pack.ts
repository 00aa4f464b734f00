import { PolicyPack } from "@pulumi/policy";
import type { PolicySpec } from "../components/policy/rules.ts";
import { projectValues } from "../stacks/config/project-values.ts";
import { schema } from "../stacks/config/schema.ts";
import { policies } from "./policies.ts";

// pulumi preview --policy-pack policy: the engine runs this file in a process of its own.

const own = schema.pick({ app: true, namespace: true, policy: true });
let known: PolicySpec | undefined;

/** By the stack's config, whose `policy.mode` is for whoever runs the pack. The program tells what is wrong with the config. */
function specOfStack(): PolicySpec {
  if (known) return known;
  const { app, namespace, policy } = own.parse(projectValues());
  known = { app, namespace, settings: policy };
  return known;
}

new PolicyPack("canary-lab", { enforcementLevel: "mandatory", policies: policies(specOfStack) });
