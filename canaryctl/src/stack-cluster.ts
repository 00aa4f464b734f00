import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { namespacePath } from "../../cluster/kube/paths.ts";
import { stackAnnotation } from "../../components/workload/render-application.ts";
import { type KnownCluster, noteCluster, readRecords, recordOf } from "../../stacks/lab-records.ts";
import { type LiveNamespace, namespaceFault } from "../../stacks/live/namespace-owner.ts";
import { deployedNamespaces } from "./deployed.ts";
import { NoStackError } from "./engine/engine-failure.ts";
import { contextIn } from "./engine/provider-cluster.ts";
import { stateOf } from "./engine/state.ts";
import type { Lab } from "./lab.ts";

/** What is known of the cluster in which a stack's resources are; without a `uid` by the stack's state alone. */
export type ClusterOfStack =
  | "same"
  | "unknown"
  | { readonly other: Pick<KnownCluster, "kubeContext"> & Partial<KnownCluster> };

/**
 * Compares the cluster of a lab with the one in which the stack's resources are, by what the last `up` of the stack noted here, else by its
 * state.
 *
 * @param folder holds the records; default: `.lab/`
 */
export async function clusterOfStack(lab: Lab, folder?: string): Promise<ClusterOfStack> {
  if (lab.state?.exists() === false) return "unknown";
  const known = recordOf(readRecords(folder), lab.stackFile.stack)?.cluster;
  if (!known) return clusterByState(lab);
  return known.uid === (await clusterUid(lab)) ? "same" : { other: known };
}

/**
 * As {@link clusterOfStack}, after other updates were waited for: they may have moved the stack. Nobody waits for those of a store, where
 * only the engine reads the locks; what was found before holds, and one more `pulumi stack export` would say the same.
 */
export const clusterAfterOthers = async (lab: Lab, before: ClusterOfStack, folder?: string): Promise<ClusterOfStack> =>
  lab.state ? clusterOfStack(lab, folder) : before;

/**
 * As on a machine that did not put the stack up. A state tells clusters apart by their contexts, and one cluster may have another context
 * on each machine: it is the same where a namespace of the stack is in it.
 */
async function clusterByState(lab: Lab): Promise<ClusterOfStack> {
  const state = await stateOf(lab);
  const kubeContext = contextIn(state);
  const names = deployedNamespaces(state);
  if (kubeContext === undefined || kubeContext === lab.environment.kubeContext || names.length === 0) return "unknown";
  const found = await Promise.all(names.map((name) => lab.cluster.get<LiveNamespace>(namespacePath(name))));
  const claim = lab.stackFile.claim(lab.config.namespace);
  const isHere = found.some(
    (live) => live?.metadata.annotations?.[stackAnnotation] !== undefined && !namespaceFault(live, claim),
  );
  return isHere ? "unknown" : { other: { kubeContext } };
}

/**
 * Refuses an update in another cluster than the one in which the stack's resources are: the state would say of this one what holds for
 * that one. A cluster that the lab makes can be lost with all that was in it, and {@link settleCluster} forgets its state.
 *
 * @throws UserError with both clusters and the ways out
 */
export function refuseOtherCluster({ environment, stackFile }: Lab, found: ClusterOfStack): void {
  if (typeof found === "string") return;
  const { kubeContext, uid } = found.other;
  if (uid !== undefined && environment.target !== "existing") return;
  const here = environment.kubeContext;
  const isRecreated = kubeContext === here;
  throw new UserError(
    isRecreated
      ? `The cluster of context ${here} is another one than that in which stack ${stackFile.stack} is: it was made anew, or the context leads elsewhere now.`
      : `Stack ${stackFile.stack} is in the cluster of context ${kubeContext}, and this is the cluster of context ${here}.`,
    {
      place: `kubeContext in ${stackFile.name}`,
      allowed: isRecreated ? `the cluster whose kube-system is ${uid}` : kubeContext,
      next: [
        ...(isRecreated ? [] : [`npx canaryctl config set kubeContext ${quoted(kubeContext)}`, "npx canaryctl down"]),
        "npx canaryctl down --forget",
      ],
    },
  );
}

/**
 * Notes in which cluster the stack is. Where that is a new cluster of the lab's own, the state of the lost one is forgotten before: an
 * update would take for there what is not.
 */
export async function settleCluster(
  lab: Lab,
  found: ClusterOfStack,
  say: (line: string) => void,
  folder?: string,
): Promise<void> {
  if (found === "same") return;
  if (found !== "unknown") {
    say("The cluster is a new one: forgetting the state of the one before.");
    await forget(lab);
  }
  const { kubeContext } = lab.environment;
  noteCluster(lab.stackFile.stack, { uid: await clusterUid(lab), kubeContext }, folder);
}

/** A stack that is not in the backend any more has been forgotten by a run that was stopped here. */
async function forget({ engine }: Lab): Promise<void> {
  try {
    await engine.removeStack();
  } catch (error) {
    if (!(error instanceof NoStackError)) throw error;
  }
}

async function clusterUid({ cluster }: Lab): Promise<string> {
  const first = await cluster.get<{ readonly metadata: { readonly uid: string } }>("/api/v1/namespaces/kube-system");
  if (first) return first.metadata.uid;
  throw new UserError("The cluster has no namespace kube-system, so it is not ready.", { next: "npx canaryctl up" });
}
