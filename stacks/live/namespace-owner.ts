import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { namespacePath } from "../../cluster/kube/paths.ts";
import { stackAnnotation } from "../../components/workload/render-application.ts";
import { fullName, projectName, type StackName } from "../stack-name.ts";

/** A Namespace, as far as its owner is read from it. */
export interface LiveNamespace {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** A stack and the namespace that its config names. */
export interface NamespaceClaim {
  readonly own: Pick<StackName, "stack" | "organization">;
  readonly namespace: string;
  /** The stack's file. */
  readonly place: string;
  /** Whether that is still to be made. */
  readonly isNew?: boolean;
}

/**
 * Why a stack must leave a namespace alone; undefined where it need not, or there is no such namespace. A namespace with notes of this
 * project and none of a stack was made by a version that did not say whose it is.
 */
export function namespaceFault(live: LiveNamespace | undefined, claim: NamespaceClaim): UserError | undefined {
  if (!live) return undefined;
  const annotations = live.metadata.annotations ?? {};
  const owner = annotations[stackAnnotation];
  if (owner !== undefined) return isOwn(owner, claim.own) ? undefined : belongsTo(owner, claim);
  const isOurs = Object.keys(annotations).some((key) => key.startsWith("canary-lab/"));
  return isOurs ? undefined : belongsToNobody(claim);
}

/** The organization counts where both names have one. */
function isOwn(owner: string, { stack, organization }: NamespaceClaim["own"]): boolean {
  const [ofOrganization, ofProject, ofStack] = owner.split("/");
  if (ofProject !== projectName || ofStack !== stack) return false;
  return organization === undefined || organization === ofOrganization;
}

/** A namespace that says whose it is: a DNS label, which the name of a stack need not be. */
export const namespaceOf = (stack: string): string =>
  `canary-lab-${stack.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`.slice(0, 60).replace(/-+$/, "");

/** The command that gives the stack a namespace of its own. */
function another({ namespace, own, isNew }: NamespaceClaim): string {
  const name = namespaceOf(own.stack);
  const free = name === namespace ? `${name}-2` : name;
  return isNew ? `npx canaryctl up --create --ns ${free}` : `npx canaryctl up --ns ${free}`;
}

function belongsTo(owner: string, claim: NamespaceClaim): UserError {
  const [, project, stack = ""] = owner.split("/");
  return new UserError(
    `Namespace ${claim.namespace} belongs to stack ${owner}, and this is stack ${claim.own.stack}.`,
    {
      place: `namespace in ${claim.place}`,
      allowed: "a namespace that no other stack has",
      next: [another(claim), ...(project === projectName ? [`npx canaryctl --stack ${quoted(stack)} status`] : [])],
    },
  );
}

function belongsToNobody(claim: NamespaceClaim): UserError {
  const { namespace, own, isNew } = claim;
  const name = fullName(own);
  return new UserError(`Namespace ${namespace} is there already, and no stack of this project made it.`, {
    place: `namespace in ${claim.place}`,
    allowed: `one that \`up\` makes; or this one, where its annotation ${stackAnnotation}=${name} was lost`,
    next: [
      another(claim),
      `kubectl get all -n ${namespace}`,
      ...(isNew ? [] : [`kubectl annotate namespace ${namespace} ${stackAnnotation}=${name} && npx canaryctl up`]),
    ],
  });
}

/**
 * @returns the namespace; undefined where there is none
 * @throws UserError where it is not this stack's
 */
export async function refuseForeignNamespace(
  client: Pick<ClusterClient, "get">,
  claim: NamespaceClaim,
): Promise<LiveNamespace | undefined> {
  const live = await client.get<LiveNamespace>(namespacePath(claim.namespace));
  const fault = namespaceFault(live, claim);
  if (fault) throw fault;
  return live;
}
