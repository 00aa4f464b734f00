import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Environment } from "../../../cluster/target.ts";
import type { Application, PlatformUse } from "../../../stacks/live/platform-users.ts";
import { ownName } from "../../../stacks/stack-name.ts";

interface DownPlan {
  /** In the order in which they go: what stands on another's platform before that one. */
  readonly going: readonly string[];
  readonly staying: readonly string[];
  /** Whether the cluster goes with them, which the lab made. */
  readonly withCluster: boolean;
}

/** What stands on what, as far as a `down` has to know. */
export interface Standing {
  /** The stacks of the environment that installed a platform. */
  readonly owners: readonly string[];
  /** What others have in the cluster, and on the platform of each stack that is asked for. */
  readonly uses: readonly PlatformUse[];
  /** The stacks that a command can be about here. */
  readonly known: readonly string[];
}

/** A cluster, and the stacks that are noted to be in it. */
interface Place extends Pick<Environment, "target" | "kubeContext"> {
  readonly stacks: readonly string[];
}

/**
 * Which stacks a `down` removes, and which stay. A cluster that the lab made goes with the stack that installed its platform; a stack on
 * another's platform goes alone, in any cluster.
 *
 * @throws UserError where `stack` is not there, but others are: forgetting the cluster would leave their resources behind; where others
 * stand on its platform, or would go along that nobody named
 */
export function planDown(
  environment: Place,
  stack: string,
  all: boolean,
  standing: Standing = { owners: [], uses: [], known: [] },
): DownPlan {
  const { target, kubeContext, stacks } = environment;
  const { owners, uses, known } = standing;
  const isMade = target !== "existing";
  if (!all && stacks.length > 0 && !stacks.includes(stack)) {
    throw new UserError(`Stack ${stack} is not in the cluster of context ${kubeContext}.`, {
      place: "--stack",
      allowed: stacks.join(", "),
      next: [...stacks.map((name) => `npx canaryctl --stack ${name} down`), "npx canaryctl down --all"],
    });
  }
  const going = all ? inOrder(stacks, owners) : stacks.filter((name) => name === stack);
  const staying = stacks.filter((name) => !going.includes(name));
  if (all && isMade) return { going, staying, withCluster: true };
  const others = (applications: readonly Application[]) =>
    applications.filter((application) => ![...going, stack].includes(nameOf(application)));
  const inCluster = others(uses.flatMap(({ applications }) => applications));
  const isAlone = staying.length === 0 && inCluster.length === 0;
  const isOwner = owners.includes(stack) || stacks.length === 0;
  const withCluster = isMade && (isAlone || isOwner);
  const users = withCluster ? inCluster : others(uses.flatMap(({ users }) => users));
  const names = [...new Set([...users.map(nameOf), ...(withCluster ? staying : [])])];
  const canGo = (name: string) => stacks.includes(name) || known.includes(name);
  if (names.length > 0 && names.every(canGo)) throw stoodOn(stack, names, users);
  if (names.length > 0) throw stoodOnByOthers(stack, names, users, isMade);
  const objects = uses.flatMap(({ objects }) => objects);
  if (objects.length > 0) throw definitionsUsed(stack, objects);
  return { going, staying, withCluster };
}

/** Which stacks go where no cluster is asked who else is there. */
export function planAlone(
  stacks: readonly string[],
  stack: string,
  { all, withCluster }: { readonly all: boolean; readonly withCluster: boolean },
): DownPlan {
  const going = stacks.filter((name) => all || name === stack);
  return { going, staying: stacks.filter((name) => !going.includes(name)), withCluster };
}

const nameOf = ({ stack }: Application): string => ownName(stack);

const inOrder = (stacks: readonly string[], owners: readonly string[]): readonly string[] => [
  ...stacks.filter((name) => !owners.includes(name)),
  ...stacks.filter((name) => owners.includes(name)),
];

function stoodOnText(stack: string, names: readonly string[], users: readonly Application[]): string {
  const named = names.map((name) => {
    const namespaces = users.filter((user) => nameOf(user) === name);
    return namespaces.length === 0
      ? name
      : `${name} (namespace ${namespaces.map(({ namespace }) => namespace).join(", ")})`;
  });
  return `Others stand on the platform of stack ${stack}: ${named.join(", ")}. It goes after them.`;
}

function stoodOn(stack: string, names: readonly string[], users: readonly Application[]): UserError {
  const down = (name: string) => `npx canaryctl --stack ${quoted(name)} down`;
  return new UserError(stoodOnText(stack, names, users), {
    place: "--stack",
    allowed: "the others first; or --all, which takes down every stack of this checkout",
    next: [[...names, stack].map(down).join(" && "), "npx canaryctl down --all"],
  });
}

/** Some of them no command can be about here: they were put up from elsewhere, or are forgotten. */
function stoodOnByOthers(
  stack: string,
  names: readonly string[],
  users: readonly Application[],
  isMade: boolean,
): UserError {
  const namespaces = [...new Set(users.map(({ namespace }) => quoted(namespace)))];
  return new UserError(stoodOnText(stack, names, users), {
    place: "the cluster",
    allowed: `the others first, from where they were put up${isMade ? "; or --all, which takes the cluster with all that is in it" : ""}`,
    first: "have them taken down; where nobody has their state any more, delete their namespaces",
    next: [`kubectl describe namespace ${namespaces.join(" ")}`, ...(isMade ? ["npx canaryctl down --all"] : [])],
  });
}

function definitionsUsed(stack: string, objects: PlatformUse["objects"]): UserError {
  const most = 5;
  const names = objects.slice(0, most).map(({ name }) => name);
  const more = objects.length > most ? ` and ${objects.length - most} more` : "";
  return new UserError(
    `The definitions that stack ${stack} installed would go, and with them what others made by them: ${names.join(", ")}${more}.`,
    {
      place: "the cluster",
      allowed: "a cluster in which nobody else has such objects",
      first: "have them removed, or moved to another cluster, by whoever made them",
      next: "npx canaryctl down",
    },
  );
}
