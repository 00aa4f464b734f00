import { UserError } from "@canary-lab/kit/user-error";
import { factsOf } from "../../../canary/strategies.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import type { TargetName } from "../../../cluster/target.ts";
import { serviceOf } from "../../../stacks/application-scope.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import { shortened } from "../../../stacks/stack-name.ts";
import { withApplied } from "../applied.ts";
import { deployedServices, placeOf, readIfPossible } from "../deployed.ts";
import { findDrift } from "../engine/drift/live-objects.ts";
import { stateOf } from "../engine/state.ts";
import { changeText } from "../history/entry.ts";
import { readHistory } from "../history/store.ts";
import { configForRollback, type Lab } from "../lab.ts";
import { configuredStrategy } from "../strategies/table.ts";
import { fileFault } from "../without-file.ts";
import { type RunningImage, type RunningPod, runningImages } from "./running-images.ts";

/** One stack, as `stack list` shows it; `--json` prints it as it is. What is not known is null. */
export interface StackEntry extends ApplicationEntry {
  /** Its services, by their names. */
  readonly services: Readonly<Record<string, ApplicationEntry>>;
}

/** One application of a stack: its own, or a service. */
export interface ApplicationEntry {
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
  services: {},
  ...known,
});

/** Reads a stack where it is deployed. What cannot be read takes only its own part along. */
export async function readStack(
  given: Lab,
  knownBy: StackEntry["knownBy"],
  problems: readonly string[] = [],
): Promise<StackEntry> {
  const state = knownBy.includes("state") ? attempt(() => stateOf(given)) : undefined;
  const services = serviceLabsOf(given).map(
    async (lab): Promise<readonly [string, ApplicationEntry]> => [
      lab.config.app,
      await readApplication(lab, knownBy, [], state),
    ],
  );
  const [own, ...others] = await Promise.all([readApplication(given, knownBy, problems, state), ...services]);
  return { ...own, services: Object.fromEntries(others) };
}

/** The services that a stack has by its file, or still by its state. What is wrong with the config of one is told of the stack. */
function serviceLabsOf(lab: Lab): readonly Lab[] {
  const { stackFile, state } = lab;
  if (stackFile.service !== undefined) return [];
  const named = fileFault(stackFile) ? [] : stackFile.services();
  return [...new Set([...named, ...deployedServices(readIfPossible(state))])].flatMap((name) => {
    const own = stackFile.of(name);
    const config =
      configIn(() => parseConfig(own.values(), {}, own.name)) ?? configIn(() => configForRollback(own).config);
    return config ? [{ ...lab, stackFile: own, config }] : [];
  });
}

function configIn(read: () => LabConfig): LabConfig | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

type StackState = Awaited<ReturnType<typeof stateOf>>;

async function readApplication(
  given: Lab,
  knownBy: StackEntry["knownBy"],
  problems: readonly string[],
  state: Promise<StackState | UserError> | undefined,
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
    attempt(async () => (state ? driftOf(lab, await state) : null)),
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
    lastMove: last ? { at: last.at, who: last.who, command: last.command, to: changeText(last).to } : null,
    drift: valueIn(drift) ?? null,
    problems: [...new Set([...problems, ...parts.flatMap((part) => (part instanceof UserError ? lineOf(part) : []))])],
  };
}

/** Of one application. A state that cannot be read is told of the stack. */
async function driftOf({ cluster, stackFile }: Lab, state: StackState | UserError): Promise<readonly string[] | null> {
  const { service } = stackFile;
  if (state instanceof UserError) {
    if (service === undefined) throw state;
    return null;
  }
  const resources = state?.deployment.resources?.filter(({ urn }) => serviceOf(urn) === service);
  const drift = resources ? await findDrift(cluster, { ...state?.deployment, resources }) : [];
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
