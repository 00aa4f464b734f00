import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { ownFacts, type PlatformFacts } from "../../../stacks/platform-facts.ts";

/** A key as Pulumi.yaml declares it. */
interface Declaration {
  readonly default: unknown;
  readonly description: string;
  readonly type?: string;
}

const { "pulumi:disable-default-providers": disabled, ...own } = parse(
  readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8"),
).config;

export const disabledProviders: unknown = disabled;
export const declaredKeys: Readonly<Record<string, Declaration>> = own;

/** The defaults of Pulumi.yaml, as the engine hands them to a program. */
export const defaults: RawConfig = Object.fromEntries(
  Object.entries(declaredKeys).map(([key, { default: value }]) => [key, value]),
);

/** What a target cluster adds to them. */
export const worldVariables = { CANARY_LAB_KUBE_CONTEXT: "canary-lab", CANARY_LAB_IMAGE_REGISTRY: "198.18.0.1:5001" };

export const sampleConfig: LabConfig = parseConfig(defaults, worldVariables);

export const sampleTarget = { kubeContext: "canary-lab", kubeconfig: "/lab/kubeconfig" };

/** The facts of the platform of a stack `test` with this config. */
export const sampleFacts = (config: LabConfig = sampleConfig): PlatformFacts =>
  ownFacts(config, "organization/canary-lab/test");
