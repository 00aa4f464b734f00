import { UserError } from "@canary-lab/kit/user-error";
import type { Environment, TargetName } from "../../../cluster/target.ts";
import {
  distinctWays,
  type LabRecords,
  notedTarget,
  readRecords,
  recordedEnvironment,
  stacksIn,
} from "../../../stacks/lab-records.ts";
import { type ClusterConfig, environmentOf, noCluster, withVariables } from "../../../stacks/stack-environment.ts";
import { PulumiEngine } from "../engine/engine.ts";
import { FileState } from "../engine/file-state.ts";
import type { ExportedState } from "../engine/pending.ts";
import { contextIn } from "../engine/provider-cluster.ts";
import { stateOf } from "../engine/state.ts";
import { backendUrl, engineVariables } from "../engine/variables.ts";
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
  const own = records.own ? [records.own] : [];
  const ways = Object.values(records.stacks).flatMap(({ environment }) => environment ?? []);
  // A stack may name the lab's own cluster as one of the user's: that one is not taken down twice.
  const others = distinctWays([...own, ...ways]).slice(own.length);
  const places = [...others, ...own].map((way) => inCluster(way, records));
  const isUnfinished = !records.own && noted !== undefined;
  return isUnfinished || places.length === 0 ? [...places, unknown] : places;
}

/** What is known of the stacks without a cluster. */
export interface KnownPlaces {
  readonly records: LabRecords;
  readonly noted: TargetName | undefined;
  /** @returns undefined for a stack that is not in the backend */
  readonly state: (stackFile: StackFile) => Promise<ExportedState | undefined>;
}

const known = (): KnownPlaces => {
  const records = readRecords();
  return { records, noted: notedTarget(), state: (stackFile) => stateIn(stackFile, records.own) };
};

/**
 * Where a stack is: by its last `up` here; else by the state, its config and the environment, as on a machine that did not put it up. One that
 * is in the backend and in no cluster, as after a first `up` that was refused, is named without a cluster.
 *
 * @throws UserError where the state cannot be read, and nothing else says what is to go
 */
export async function placeToTakeDown(
  stackFile: StackFile,
  { records, noted, state: read }: KnownPlaces = known(),
): Promise<DownPlace> {
  const { stack } = stackFile;
  const recorded = recordedEnvironment(stack, records);
  if (recorded) return inCluster(recorded, records);
  const isAnswered = records.own !== undefined || noted !== undefined;
  const state = await read(stackFile).catch((error: unknown) => {
    if (isAnswered && error instanceof UserError) return undefined;
    throw error;
  });
  const deployedIn = contextIn(state);
  if (deployedIn !== undefined && deployedIn !== records.own?.kubeContext) {
    const config = { kubeContext: deployedIn, ...withVariables(stack, clusterConfig(stackFile), process.env) };
    const environment = environmentOf(stack, config, records);
    if (environment) return { environment, stacks: [...stacksIn(environment, records), stack] };
  }
  const isNowhere = state !== undefined && !hasObjects(state);
  if (records.own) return withStacks(inCluster(records.own, records), isNowhere ? [stack] : []);
  if (noted || isNowhere) return withStacks(unknown, isNowhere ? [stack] : []);
  // A cluster that the stack is not in is named in a refusal.
  return allPlaces(records, undefined)[0] ?? unknown;
}

/** Where a stack is noted to be, which may be gone; one that only the backend knows is named without a cluster. */
export async function placeToForget(
  stackFile: StackFile,
  { records, state: read }: Pick<KnownPlaces, "records" | "state"> = known(),
): Promise<DownPlace> {
  const recorded = recordedEnvironment(stackFile.stack, records);
  if (recorded) return inCluster(recorded, records);
  return withStacks(unknown, (await read(stackFile)) ? [stackFile.stack] : []);
}

const withStacks = ({ environment, stacks }: DownPlace, more: readonly string[]): DownPlace => ({
  environment,
  stacks: [...stacks, ...more],
});

const hasObjects = ({ deployment }: ExportedState): boolean =>
  (deployment.resources ?? []).some(({ type }) => type.startsWith("kubernetes:"));

function clusterConfig(stackFile: StackFile): ClusterConfig {
  if (fileFault(stackFile)) return {};
  const { kubeContext, kubeconfig } = stackFile.valuesOf(["kubeContext", "kubeconfig"]);
  return {
    ...(kubeContext && { kubeContext: String(kubeContext) }),
    ...(kubeconfig && { kubeconfig: String(kubeconfig) }),
  };
}

const stateIn = ({ stack, reference }: StackFile, own: Environment | undefined): Promise<ExportedState | undefined> =>
  stateOf({
    state: FileState.at(backendUrl(process.env), stack),
    engine: new PulumiEngine(reference, engineVariables(own ?? noCluster, process.env)),
  });
