import { UserError } from "@canary-lab/kit/user-error";
import { clientOf } from "../../../cluster/kube/client.ts";
import type { Environment } from "../../../cluster/target.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { NotUpError, readRecords } from "../../../stacks/lab-records.ts";
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

/**
 * All stacks of files, state and clusters, side by side. What is wrong with one stands in its own entry.
 *
 * @param say told where the state cannot be asked which stacks it has
 */
export async function listStacks(say: (line: string) => void): Promise<readonly StackEntry[]> {
  const inState = await attempt(() => stacksInBackend(readRecords().own ?? noCluster));
  if (inState instanceof UserError) say(`warning: ${lineOf(inState)}`);
  const isStateKnown = !(inState instanceof UserError);
  const ofState = isStateKnown ? inState : [];
  const names = [...new Set([...knownStacks(), ...ofState])];
  const opened = names.map((stack) => open(stack, isStateKnown ? ofState.includes(stack) : undefined));
  const clusters = distinct([readRecords().own, ...opened.map(({ lab }) => lab?.environment)]);
  const [entries, found] = await Promise.all([
    Promise.all(opened.map(readOpened)),
    Promise.all(clusters.map(applicationsIn)),
  ]);
  const others = found.flat().filter(({ application }) => !entries.some((entry) => isOf(entry, application)));
  const more = await Promise.all(others.map(readOther));
  return [...entries, ...more].toSorted((one, other) => one.stack.localeCompare(other.stack));
}

/** Where the config is what is wrong, the live part is read all the same: by what says where the stack is. */
function open(stack: string, isInState: boolean | undefined): Opened {
  const hasFile = new StackFile(stack).exists();
  const knownBy = [...(hasFile ? (["file"] as const) : []), ...(isInState ? (["state"] as const) : [])];
  const problems: string[] = isInState === undefined ? ["Whether it is in the state is not known."] : [];
  const opened = { stack, knownBy, isInState, lab: undefined, isNowhere: false, problems };
  for (const way of [openLab, openForRollback]) {
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
async function applicationsIn(environment: Environment): Promise<readonly Found[]> {
  const use = await attempt(() => platformUse(clientOf(environment), undefined, []));
  return use instanceof UserError ? [] : use.applications.map((application) => ({ application, environment }));
}

/** Whether an application is that of an entry. Another backend may have a stack of the same name in the same cluster. */
export const isOf = (
  { stack, namespace }: Pick<StackEntry, "stack" | "namespace">,
  { stack: full, namespace: place }: Application,
): boolean => ownName(stack) === ownName(full) && namespace === place;

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

function distinct(environments: readonly (Environment | undefined)[]): readonly Environment[] {
  const byCluster = new Map<string, Environment>();
  for (const one of environments) if (one) byCluster.set(`${one.kubeconfig}\n${one.kubeContext}`, one);
  return [...byCluster.values()];
}
