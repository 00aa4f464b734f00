import { UserError } from "@canary-lab/kit/user-error";
import { clientOf } from "../../../cluster/kube/client.ts";
import type { Environment } from "../../../cluster/target.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { distinctWays, NotUpError, readRecords } from "../../../stacks/lab-records.ts";
import { type Application, platformUse } from "../../../stacks/live/platform-users.ts";
import { noCluster } from "../../../stacks/stack-environment.ts";
import { ownName, shortened } from "../../../stacks/stack-name.ts";
import { stacksInBackend } from "../engine/backend-stacks.ts";
import { type Lab, labOf, openForRollback, openLab } from "../lab.ts";
import { StackFile } from "../stack-file.ts";
import { knownStacks } from "./known-stacks.ts";
import { attempt, lineOf, readStack, type StackEntry, unreadEntry } from "./read-stack.ts";

/** A stack of this checkout, opened as far as it can be. */
interface Opened {
  readonly stack: string;
  readonly knownBy: StackEntry["knownBy"];
  readonly lab: Lab | undefined;
  /** Whether no cluster is known for it: then it has not been put up from here. */
  readonly isNowhere: boolean;
  /** Undefined where the state could not be asked. */
  readonly isInState: boolean | undefined;
  readonly problems: readonly string[];
}

/** What a list is made from. */
interface Sources {
  readonly own: () => Environment | undefined;
  readonly known: () => readonly string[];
  readonly inState: () => Promise<readonly string[]>;
  /** The first that can is taken. */
  readonly open: readonly ((options: { readonly stack: string }) => Lab)[];
  readonly applications: (environment: Environment) => Promise<readonly Application[]>;
}

const ofCheckout: Sources = {
  own: () => readRecords().own,
  known: knownStacks,
  inState: () => stacksInBackend(readRecords().own ?? noCluster),
  open: [openLab, openForRollback],
  applications: async (environment) => (await platformUse(clientOf(environment), undefined, [])).applications,
};

/**
 * All stacks of files, state and clusters, side by side. What is wrong with one stands in its own entry.
 *
 * @param named the one stack that is read; undefined for all
 * @param say told where the state cannot be asked which stacks it has
 */
export async function listStacks(
  named: string | undefined,
  say: (line: string) => void,
  sources: Sources = ofCheckout,
): Promise<readonly StackEntry[]> {
  const inState = await attempt(sources.inState);
  if (inState instanceof UserError) say(`warning: ${lineOf(inState)}`);
  const isStateKnown = !(inState instanceof UserError);
  const ofState = isStateKnown ? inState : [];
  const names = [...new Set([...sources.known(), ...ofState])];
  const isMeant = (stack: string) => named === undefined || ownName(stack) === ownName(named);
  const openAll = (stacks: readonly string[]) =>
    stacks.map((stack) => open(stack, isStateKnown ? ofState.includes(stack) : undefined, sources.open));
  const opened = openAll(names.filter(isMeant));
  const waysOf = (some: readonly Opened[]) => some.flatMap(({ lab }) => lab?.environment ?? []);
  const isPlaced = named !== undefined && waysOf(opened).length > 0;
  // A stack that only a cluster knows may be in each that this checkout knows.
  const ways = isPlaced ? waysOf(opened) : [sources.own() ?? [], waysOf(openAll(names))].flat();
  const [entries, found] = await Promise.all([
    Promise.all(opened.map(readOpened)),
    Promise.all(distinctWays(ways).map((way) => applicationsIn(way, sources))),
  ]);
  const others = found
    .flat()
    .filter(({ application }) => isMeant(application.stack) && !entries.some((entry) => isOf(entry, application)));
  const more = await Promise.all(others.map(readOther));
  return [...entries, ...more].toSorted((one, other) => one.stack.localeCompare(other.stack));
}

/** Where the config is what is wrong, the live part is read all the same: by what says where the stack is. */
function open(stack: string, isInState: boolean | undefined, ways: Sources["open"]): Opened {
  const hasFile = new StackFile(stack).exists();
  const knownBy = [...(hasFile ? (["file"] as const) : []), ...(isInState ? (["state"] as const) : [])];
  const problems: string[] = isInState === undefined ? ["Whether it is in the state is not known."] : [];
  const opened = { stack, knownBy, isInState, lab: undefined, isNowhere: false, problems };
  for (const way of ways) {
    try {
      return { ...opened, lab: way({ stack }) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error instanceof NotUpError) return { ...opened, isNowhere: true };
      if (!problems.includes(error.message)) problems.push(error.message);
    }
  }
  return opened;
}

function readOpened(opened: Opened): StackEntry | Promise<StackEntry> {
  const { stack, knownBy, isInState, lab, isNowhere } = opened;
  const problems = opened.problems.map((problem) => problem.replaceAll("\n", " "));
  if (lab) return readStack(lab, knownBy, problems);
  if (!isNowhere || isInState === undefined) return unreadEntry(stack, knownBy, { problems });
  if (!isInState) return unreadEntry(stack, knownBy, { isDeployed: false, problems });
  const unknown =
    "It is in the state, and no cluster is known for it: neither here nor in its config nor in the environment.";
  return unreadEntry(stack, knownBy, { problems: [...problems, unknown] });
}

interface Found {
  readonly application: Application;
  readonly environment: Environment;
}

/** Nothing where the cluster does not answer: the stacks that are known to be there say so. */
async function applicationsIn(environment: Environment, { applications }: Sources): Promise<readonly Found[]> {
  const found = await attempt(() => applications(environment));
  return found instanceof UserError ? [] : found.map((application) => ({ application, environment }));
}

/** Whether an application is one of an entry's. Another backend may have a stack of the same name in the same cluster. */
export const isOf = (
  { stack, namespace, services }: Pick<StackEntry, "stack" | "namespace" | "services">,
  { stack: full, namespace: place }: Application,
): boolean =>
  ownName(stack) === ownName(full) &&
  [namespace, ...Object.values(services).map((one) => one.namespace)].includes(place);

/** A stack that only the cluster knows: its Namespace says what it is like. */
async function readOther({ application, environment }: Found): Promise<StackEntry> {
  const { stack, namespace } = application;
  const entry = await attempt(async () => {
    const file = new StackFile(stack);
    const config = parseConfig({ ...file.defaults(), namespace, canaryWeight: 0 });
    return readStack({ ...labOf(file, config, environment), state: undefined }, ["cluster"]);
  });
  if (!(entry instanceof UserError)) return entry;
  return unreadEntry(shortened(stack), ["cluster"], { namespace, problems: [lineOf(entry)] });
}
