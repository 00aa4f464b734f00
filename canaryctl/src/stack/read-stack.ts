import { UserError } from "@canary-lab/kit/user-error";
import { factsOf } from "../../../canary/strategies.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import type { TargetName } from "../../../cluster/target.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import { shortened } from "../../../stacks/stack-name.ts";
import { withApplied } from "../applied.ts";
import { placeOf } from "../deployed.ts";
import { findDrift } from "../engine/drift/live-objects.ts";
import { stateOf } from "../engine/state.ts";
import { changeText } from "../history/entry.ts";
import { readHistory } from "../history/store.ts";
import type { Lab } from "../lab.ts";
import { configuredStrategy } from "../strategies/table.ts";
import { type RunningImage, type RunningPod, runningImages } from "./running-images.ts";

/** One stack, as `stack list` shows it; `--json` prints it as it is. What is not known is null. */
export interface StackEntry {
  readonly stack: string;
  /** What knows of it. */
  readonly knownBy: readonly ("file" | "state" | "cluster")[];
  readonly cluster: { readonly target: TargetName; readonly kubeContext: string } | null;
  readonly namespace: string | null;
  readonly isDeployed: boolean | null;
  readonly strategy: string | null;
  readonly images: readonly RunningImage[];
  /** Percent. `wanted` is that of the config; null where a controller or a header decides. */
  readonly weights: { readonly wanted: Share | null; readonly live: Share | null };
  readonly lastMove: {
    readonly at: string;
    readonly who: string;
    readonly command: string;
    readonly to: string;
  } | null;
  /** The objects that are gone or are not as the last update wrote them. */
  readonly drift: readonly string[] | null;
  /** Why something above is not known; a line for each reason. */
  readonly problems: readonly string[];
}

/** A stack that could not be asked. */
export const unreadEntry = (stack: string, knownBy: StackEntry["knownBy"], known: Partial<StackEntry>): StackEntry => ({
  stack,
  knownBy,
  cluster: null,
  namespace: null,
  isDeployed: null,
  strategy: null,
  images: [],
  weights: { wanted: null, live: null },
  lastMove: null,
  drift: null,
  problems: [],
  ...known,
});

/** Reads a stack where it is deployed. What cannot be read takes only its own part along. */
export async function readStack(
  given: Lab,
  knownBy: StackEntry["knownBy"],
  problems: readonly string[] = [],
): Promise<StackEntry> {
  const { environment, stackFile } = given;
  const entry = unreadEntry(shortened(stackFile.reference), knownBy, {
    cluster: { target: environment.target, kubeContext: environment.kubeContext },
    namespace: given.config.namespace,
    problems,
  });
  const place = await attempt(() => placeOf(given));
  if (place instanceof UserError) return { ...entry, problems: [...problems, lineOf(place)] };
  // What could not be read might say otherwise.
  if (!place.note.isThere) return { ...entry, isDeployed: problems.length > 0 ? null : false };
  const lab = withApplied(place.lab, place.note.config);
  const { config, cluster } = lab;
  const parts = await Promise.all([
    attempt(async () => (await configuredStrategy(lab)).read(lab)),
    attempt(() => cluster.get<{ items: readonly RunningPod[] }>(podsPath(config.namespace, { app: config.app }))),
    attempt(() => readHistory(cluster, config)),
    attempt(() => (knownBy.includes("state") ? driftOf(lab) : null)),
  ]);
  const [release, pods, history, drift] = parts;
  const [last] = valueIn(history) ?? [];
  const hasFile = knownBy.includes("file") && factsOf(config.strategy).owner === "pulumi";
  return {
    ...entry,
    namespace: config.namespace,
    isDeployed: true,
    strategy: config.strategy,
    images: runningImages(valueIn(release)?.workloads ?? [], valueIn(pods)?.items ?? []),
    weights: { wanted: (hasFile && valueIn(release)?.wanted) || null, live: valueIn(release)?.live ?? null },
    lastMove: last
      ? { at: last.at, who: last.who, command: last.command, to: changeText(last.from, last.to).to }
      : null,
    drift: valueIn(drift) ?? null,
    problems: [...new Set([...problems, ...parts.flatMap((part) => (part instanceof UserError ? lineOf(part) : []))])],
  };
}

async function driftOf(lab: Lab): Promise<readonly string[]> {
  const state = await stateOf(lab);
  const drift = state ? await findDrift(lab.cluster, state.deployment) : [];
  return drift.map(({ kind, id, live }) => `${kind} ${id}${live === undefined ? " is gone" : ""}`);
}

/** The value, or the error that a user is meant to read; a defect goes on. */
export async function attempt<T>(work: () => T | Promise<T>): Promise<T | UserError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

const valueIn = <T>(part: T | UserError): T | undefined => (part instanceof UserError ? undefined : part);

export const lineOf = ({ message }: UserError): string => message.split("\n")[0] ?? "";
