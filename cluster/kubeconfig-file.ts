import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { parse } from "yaml";
import { repositoryRoot } from "./lab-folder.ts";

/** Which cluster a user means. */
export interface ClusterName {
  readonly kubeContext: string;
  /** Path of the kubeconfig file; default: the first of KUBECONFIG, or ~/.kube/config, that holds the context. */
  readonly kubeconfig?: string;
}

/** A path of the stack's config, absolute: it is relative to the file that holds it, whatever folder a command runs in. */
export const absoluteKubeconfig = (path: string): string => resolve(repositoryRoot, path);

/**
 * The absolute path of the file that holds the context.
 *
 * @param searchPath the value of KUBECONFIG; as for kubectl, an empty one is none, and its paths are relative to the current folder
 * @throws UserError that lists the contexts that are there, or where the context's cluster or user is in another file
 */
export function findKubeconfig(cluster: ClusterName, searchPath: string | undefined): string {
  const { kubeContext, kubeconfig } = cluster;
  const searched = (searchPath ?? "").split(delimiter).filter(Boolean);
  const candidates = kubeconfig
    ? [absoluteKubeconfig(kubeconfig)]
    : (searched.length > 0 ? searched : [join(homedir(), ".kube/config")]).map((path) => resolve(path));
  const files = candidates.filter((file) => existsSync(file)).map((file) => ({ file, names: namesIn(file) }));
  if (files.length === 0) {
    throw new UserError("There is no kubeconfig file.", {
      place: candidates.join(", "),
      allowed: "a file that holds the context, by the key kubeconfig or by KUBECONFIG",
      next: "kubectl config get-contexts",
    });
  }
  const found = files.find(({ names }) => names.contexts.has(kubeContext));
  if (!found) {
    throw new UserError(`There is no context "${kubeContext}".`, {
      place: files.map(({ file }) => file).join(", "),
      allowed: files.flatMap(({ names }) => [...names.contexts.keys()]).join(", ") || "none, the file holds no context",
      first: "name one of them: npx canaryctl up --context NAME",
      next: "kubectl config get-contexts",
    });
  }
  refuseScattered(found.file, kubeContext, found.names);
  return found.file;
}

/**
 * kubectl merges the files of KUBECONFIG; the engine takes one. Entries that are elsewhere are not put together here: that would
 * leave a copy of the user's credentials.
 */
function refuseScattered(file: string, kubeContext: string, { contexts, clusters, users }: Names): void {
  const { cluster, user } = contexts.get(kubeContext) ?? {};
  const elsewhere = [
    ...(cluster !== undefined && !clusters.has(cluster) ? [`cluster "${cluster}"`] : []),
    ...(user !== undefined && !users.has(user) ? [`user "${user}"`] : []),
  ];
  if (elsewhere.length === 0) return;
  throw new UserError(
    `Context "${kubeContext}" is not whole in one file: its ${elsewhere.join(" and ")} is elsewhere.`,
    {
      place: file,
      allowed: "a kubeconfig file that holds the context with its cluster and its user",
      next: `(umask 077; kubectl config view --raw --flatten --minify --context ${quoted(kubeContext)} > ~/.kube/canary-lab.yaml) && npx canaryctl config set kubeconfig ~/.kube/canary-lab.yaml`,
    },
  );
}

/** The context that kubectl takes where none is named; undefined for a file that is not there, or names none. */
export const currentContext = (file: string): string | undefined =>
  existsSync(file) ? readFrom(file, (config) => config["current-context"]) : undefined;

interface Names {
  readonly contexts: ReadonlyMap<string, { readonly cluster?: string; readonly user?: string }>;
  readonly clusters: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?:
    | readonly { readonly name: string; readonly context?: { cluster?: string; user?: string } }[]
    | null;
  readonly clusters?: readonly { readonly name: string }[] | null;
  readonly users?: readonly { readonly name: string }[] | null;
}

const namesIn = (file: string): Names =>
  readFrom(file, ({ contexts, clusters, users }) => ({
    contexts: new Map((contexts ?? []).map(({ name, context }) => [name, context ?? {}])),
    clusters: new Set((clusters ?? []).map(({ name }) => name)),
    users: new Set((users ?? []).map(({ name }) => name)),
  }));

/** @throws UserError where the file cannot be read, or is no kubeconfig */
function readFrom<T>(file: string, take: (config: Kubeconfig) => T): T {
  try {
    return take(parse(readFileSync(file, "utf8")) ?? {});
  } catch (error) {
    throw new UserError(`The kubeconfig file cannot be read: ${(error as Error).message.split("\n")[0]}`, {
      place: file,
      next: "kubectl config view",
      cause: error,
    });
  }
}
