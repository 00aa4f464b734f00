import { readFileSync } from "node:fs";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { identityFile } from "../environment-file.ts";
import type { Lab } from "../lab.ts";

/** The uid of a cluster's first namespace: it is made once, and no two clusters share it. */
async function clusterIdentity({ cluster }: Lab): Promise<string> {
  const first = await cluster.get<{ readonly metadata: { readonly uid: string } }>("/api/v1/namespaces/kube-system");
  if (first) return first.metadata.uid;
  throw new UserError("The cluster has no namespace kube-system, so it is not ready.", { next: "npx canaryctl up" });
}

/**
 * Forgets the state of a cluster that is gone: a cluster of the lab can be lost with all that was in it, and an update would then
 * take for there what is not. In a cluster of the user's own, that is theirs to settle.
 *
 * @param file holds the identity of the cluster that the state is about
 */
export async function forgetLostCluster(lab: Lab, say: (line: string) => void, file = identityFile()): Promise<void> {
  if (lab.environment.target === "existing") return;
  const [known, found] = [readIfThere(file), await clusterIdentity(lab)];
  if (known === found) return;
  if (known !== undefined && lab.state?.exists()) {
    say("The cluster is a new one: forgetting the state of the one before.");
    await lab.engine.removeStack();
  }
  writePrivateFile(file, `${found}\n`);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
