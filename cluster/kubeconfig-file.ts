import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { parse } from "yaml";

/** Which cluster a user means. */
export interface ClusterName {
  readonly kubeContext: string;
  /** Path of the kubeconfig file; default: the first of KUBECONFIG, or ~/.kube/config, that holds the context. */
  readonly kubeconfig?: string;
}

/**
 * The absolute path of the file that holds the context.
 *
 * @param searchPath the value of KUBECONFIG
 * @throws UserError that lists the contexts that are there
 */
export function findKubeconfig(cluster: ClusterName, searchPath: string | undefined): string {
  const { kubeContext, kubeconfig } = cluster;
  const searched = searchPath?.split(delimiter).filter(Boolean) ?? [join(homedir(), ".kube/config")];
  const candidates = kubeconfig ? [kubeconfig] : searched;
  const files = candidates.map((file) => resolve(file)).filter((file) => existsSync(file));
  if (files.length === 0) {
    throw new UserError("There is no kubeconfig file.", {
      place: candidates.join(", "),
      allowed: "a file that holds the context, by the key kubeconfig or by KUBECONFIG",
      next: "kubectl config get-contexts",
    });
  }
  const contexts = new Map(files.map((file) => [file, contextsOf(file)]));
  const found = files.find((file) => contexts.get(file)?.includes(kubeContext));
  if (found) return found;
  throw new UserError(`There is no context "${kubeContext}".`, {
    place: files.join(", "),
    allowed: [...contexts.values()].flat().join(", ") || "none, the file holds no context",
    next: "kubectl config get-contexts; pulumi config set kubeContext NAME",
  });
}

function contextsOf(file: string): readonly string[] {
  try {
    const { contexts }: { contexts?: readonly { readonly name: string }[] } = parse(readFileSync(file, "utf8")) ?? {};
    return (contexts ?? []).map(({ name }) => name);
  } catch (error) {
    throw new UserError(`The kubeconfig file cannot be read: ${(error as Error).message.split("\n")[0]}`, {
      place: file,
      next: "kubectl config view",
      cause: error,
    });
  }
}
