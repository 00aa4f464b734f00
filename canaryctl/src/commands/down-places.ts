import { UserError } from "@canary-lab/kit/user-error";
import type { Environment, TargetName } from "../../../cluster/target.ts";
import { PulumiEngine } from "../engine/engine.ts";
import { FileState } from "../engine/file-state.ts";
import type { ExportedState } from "../engine/pending.ts";
import { contextIn } from "../engine/provider-cluster.ts";
import { backendUrl, engineVariables } from "../engine/variables.ts";
import { isSameWay, type LabRecords, notedTarget, readRecords, recordedEnvironment, stacksIn } from "../lab-records.ts";
import { type ClusterConfig, environmentOf, noCluster, withVariables } from "../stack-environment.ts";
import type { StackFile } from "../stack-file.ts";
import { fileFault } from "../without-file.ts";

/** A cluster with the stacks that are noted to be in it; without an environment nothing is known but what an `up` began to make. */
export interface DownPlace {
  readonly environment: Environment | undefined;
  readonly stacks: readonly string[];
}

const unknown: DownPlace = { environment: undefined, stacks: [] };

const inCluster = (environment: Environment, records: LabRecords): DownPlace => ({
  environment,
  stacks: stacksIn(environment, records),
});

/** Every cluster that a stack of this checkout is in, that of the lab last: the others are removed by its tools. */
export function allPlaces(records: LabRecords, noted: TargetName | undefined): readonly DownPlace[] {
  const ways = Object.values(records.stacks).flatMap(({ environment }) => environment ?? []);
  const others = ways.filter((way, index) => ways.findIndex((other) => isSameWay(way, other)) === index);
  const places = [...others, ...(records.own ? [records.own] : [])].map((way) => inCluster(way, records));
  const isUnfinished = !records.own && noted !== undefined;
  return isUnfinished || places.length === 0 ? [...places, unknown] : places;
}

/** Where a stack is: by its last `up` here; else by the state, its config and the environment, as on a machine that did not put it up. */
export async function placeToTakeDown(stackFile: StackFile): Promise<DownPlace> {
  const { stack } = stackFile;
  const records = readRecords();
  const recorded = recordedEnvironment(stack, records);
  if (recorded) return inCluster(recorded, records);
  const deployedIn = contextIn(await stateOrNothing(stackFile, records.own));
  if (deployedIn !== undefined && deployedIn !== records.own?.kubeContext) {
    const config = { kubeContext: deployedIn, ...withVariables(clusterConfig(stackFile), process.env) };
    const environment = environmentOf(stack, config, records);
    if (environment) return { environment, stacks: [...stacksIn(environment, records), stack] };
  }
  if (records.own) return inCluster(records.own, records);
  // What an unfinished `up` made goes before a cluster that the stack is not in; that one is named in a refusal.
  return notedTarget() ? unknown : (allPlaces(records, undefined)[0] ?? unknown);
}

function clusterConfig(stackFile: StackFile): ClusterConfig {
  if (fileFault(stackFile)) return {};
  const { kubeContext, kubeconfig } = stackFile.valuesOf(["kubeContext", "kubeconfig"]);
  return {
    ...(kubeContext && { kubeContext: String(kubeContext) }),
    ...(kubeconfig && { kubeconfig: String(kubeconfig) }),
  };
}

/** Nothing where it is damaged, or cannot be asked for: what `.lab/` knows counts then. */
async function stateOrNothing(
  { stack, reference }: StackFile,
  own: Environment | undefined,
): Promise<ExportedState | undefined> {
  const state = FileState.at(backendUrl(process.env), stack);
  try {
    if (state) return state.read();
    return await new PulumiEngine(reference, engineVariables(own ?? noCluster, process.env)).exportState();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
