import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Lab } from "./lab.ts";
import { type KnownCluster, noteCluster, readRecords } from "./lab-records.ts";

/** What is known of the cluster in which a stack's resources are. */
export type ClusterOfStack = "same" | "unknown" | { readonly other: KnownCluster };

/**
 * Compares the cluster of a lab with the one in which the stack's resources are, by what the last `up` of the stack noted.
 *
 * @param folder holds the records; default: `.lab/`
 */
export async function clusterOfStack(lab: Lab, folder?: string): Promise<ClusterOfStack> {
  const known = readRecords(folder).stacks[lab.stackFile.stack]?.cluster;
  if (!known || lab.state?.exists() === false) return "unknown";
  return known.uid === (await clusterUid(lab)) ? "same" : { other: known };
}

/**
 * Refuses an update in another cluster than the one in which the stack's resources are: the state would say of this one what holds for
 * that one. A cluster that the lab makes can be lost with all that was in it, and {@link settleCluster} forgets its state.
 *
 * @throws UserError with both clusters and the ways out
 */
export function refuseOtherCluster({ environment, stackFile }: Lab, found: ClusterOfStack): void {
  if (typeof found === "string" || environment.target !== "existing") return;
  const { kubeContext } = found.other;
  const here = environment.kubeContext;
  const isRecreated = kubeContext === here;
  throw new UserError(
    isRecreated
      ? `The cluster of context ${here} is another one than that in which stack ${stackFile.stack} is: it was made anew, or the context leads elsewhere now.`
      : `Stack ${stackFile.stack} is in the cluster of context ${kubeContext}, and this is the cluster of context ${here}.`,
    {
      place: `kubeContext in ${stackFile.name}`,
      allowed: isRecreated ? `the cluster whose kube-system is ${found.other.uid}` : kubeContext,
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
    await lab.engine.removeStack();
  }
  const { kubeContext } = lab.environment;
  noteCluster(lab.stackFile.stack, { uid: await clusterUid(lab), kubeContext }, folder);
}

async function clusterUid({ cluster }: Lab): Promise<string> {
  const first = await cluster.get<{ readonly metadata: { readonly uid: string } }>("/api/v1/namespaces/kube-system");
  if (first) return first.metadata.uid;
  throw new UserError("The cluster has no namespace kube-system, so it is not ready.", { next: "npx canaryctl up" });
}
