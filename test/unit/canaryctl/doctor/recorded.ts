import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterFacts, Facts, StateFacts } from "../../../../canaryctl/src/doctor/facts.ts";
import { diagnose } from "../../../../canaryctl/src/doctor/table.ts";
import { parseConfig, type RawConfig } from "../../../../stacks/config/parse-config.ts";
import { defaults, worldVariables } from "../../stacks/sample-config.ts";

type Recorded = Pick<Facts, "analysis"> & { readonly cluster: Partial<ClusterFacts> };

/** What was read of a lab on the embedded cluster (Kubernetes 1.36, Istio 1.29), well and after it was broken by kubectl. */
const recorded: {
  readonly well: ClusterFacts;
  readonly failures: Readonly<Record<string, Recorded>>;
} = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8"));

export const wholeState: StateFacts = { isThere: true, damage: undefined, pending: [], locks: [], drift: [] };

interface Differences {
  /** Config keys that are not the project's defaults. */
  readonly config?: RawConfig;
  readonly cluster?: Partial<ClusterFacts>;
  readonly facts?: Partial<Facts>;
}

/** The facts of a lab that is well, but for what a test says. */
export function factsOf({ config = {}, cluster = {}, facts = {} }: Differences = {}): Facts {
  return {
    stack: "dev",
    config: parseConfig({ ...defaults, ...config }, worldVariables),
    configFault: undefined,
    silence: undefined,
    cluster: { ...recorded.well, ...cluster },
    pending: [],
    state: wholeState,
    pulumiVersion: "3.250.0",
    analysis: [],
    unread: [],
    ...facts,
  };
}

export const wholeLab = recorded.well;

/** The facts as they were after one thing was broken. */
export function broken(failure: string): Facts {
  const { cluster, analysis } = recorded.failures[failure] ?? {};
  if (!cluster) throw new Error(`nothing is recorded of ${failure}`);
  return factsOf({ cluster, facts: { analysis } });
}

/** What is found, as `severity id`. */
export const ids = (facts: Facts): readonly string[] => diagnose(facts).map(({ id, severity }) => `${severity} ${id}`);
export const finding = (facts: Facts, id: string) => diagnose(facts).find((one) => one.id === id);
