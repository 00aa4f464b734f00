import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../user-error.ts";

/** The fields of one entry of a kubeconfig. */
export type Fields = Readonly<Record<string, unknown>>;

/** A kubeconfig as its file holds it; the paths in it are absolute. */
export interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Fields }[];
  readonly contexts: readonly { readonly name: string; readonly context: Fields }[];
  readonly users: readonly { readonly name: string; readonly user: Fields }[];
  readonly "current-context": string;
}

/** Which entries of a kubeconfig to take; absent: its current context, and that context's cluster. */
export interface Selection {
  readonly context?: string;
  readonly cluster?: string;
}

/** One cluster as one user, out of a kubeconfig. */
export interface SelectedContext {
  readonly cluster: Fields;
  readonly user: Fields;
  /** Namespace of the context; "default" where it names none. */
  readonly namespace: string;
}

export const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === "string" ? value : "";
};

const pathFields = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

function withAbsolutePaths(fields: Fields, folder: string): Fields {
  const paths = pathFields.filter((name) => textIn(fields, name));
  return { ...fields, ...Object.fromEntries(paths.map((name) => [name, resolve(folder, textIn(fields, name))])) };
}

/** A credential command that is a path hangs from the folder, too; a bare name is looked up on PATH. */
function withAbsoluteCommand(user: Fields, folder: string): Fields {
  const exec = user.exec as Fields | undefined;
  if (!exec || !textIn(exec, "command").includes("/")) return user;
  return { ...user, exec: { ...exec, command: resolve(folder, textIn(exec, "command")) } };
}

/**
 * Reads the text of a kubeconfig, YAML or JSON.
 *
 * @param folder what relative paths in it hang from
 * @throws Error where it is no kubeconfig
 */
export function parseKubeconfig(text: string, folder: string): Kubeconfig {
  const content: unknown = parse(text);
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new Error(content === null ? "it is empty" : "it must be a YAML or JSON object");
  const file = content as Partial<Kubeconfig>;
  return {
    clusters: (file.clusters ?? []).map(({ name, cluster }) => ({ name, cluster: withAbsolutePaths(cluster, folder) })),
    contexts: file.contexts ?? [],
    users: (file.users ?? []).map(({ name, user }) => ({
      name,
      user: withAbsoluteCommand(withAbsolutePaths(user ?? {}, folder), folder),
    })),
    "current-context": file["current-context"] ?? "",
  };
}

/**
 * Reads a kubeconfig file.
 *
 * @throws UserError where it cannot be read
 */
export function readKubeconfig(path: string): Kubeconfig {
  try {
    return parseKubeconfig(readFileSync(path, "utf8"), dirname(path));
  } catch (cause) {
    throw new UserError(`The kubeconfig cannot be read: ${(cause as Error).message.split("\n")[0]}`, {
      place: path,
      cause,
    });
  }
}

/**
 * The user's own kubeconfig, as kubectl finds it: the files of KUBECONFIG together, of which the first to name something wins,
 * or ~/.kube/config.
 *
 * @throws UserError where there is none, or one cannot be read
 */
export function ambientKubeconfig(environment: Readonly<Record<string, string | undefined>> = process.env): Kubeconfig {
  const paths = (environment.KUBECONFIG || join(homedir(), ".kube", "config")).split(delimiter).filter(Boolean);
  const files = paths.filter((path) => existsSync(path)).map(readKubeconfig);
  if (files.length === 0) throw new UserError("There is no kubeconfig.", { place: paths.join(", ") });
  return {
    clusters: files.flatMap(({ clusters }) => clusters),
    contexts: files.flatMap(({ contexts }) => contexts),
    users: files.flatMap(({ users }) => users),
    "current-context": files.map((file) => file["current-context"]).find(Boolean) ?? "",
  };
}

/**
 * Takes one context out of a kubeconfig.
 *
 * @throws UserError where the kubeconfig does not hold what is asked for
 */
export function selectContext(kubeconfig: Kubeconfig, selection: Selection = {}): SelectedContext {
  const contextName = selection.context || kubeconfig["current-context"];
  const context = kubeconfig.contexts.find(({ name }) => name === contextName)?.context;
  if (!context) {
    throw new UserError(`context "${contextName}" does not exist in the kubeconfig`, {
      allowed: kubeconfig.contexts.map(({ name }) => name).join(", ") || "the kubeconfig holds no context",
    });
  }
  const clusterName = selection.cluster || textIn(context, "cluster");
  const cluster = kubeconfig.clusters.find(({ name }) => name === clusterName)?.cluster;
  if (!cluster || !textIn(cluster, "server")) {
    throw new UserError(`cluster "${clusterName}" of context "${contextName}" is not in the kubeconfig`, {
      allowed: kubeconfig.clusters.map(({ name }) => name).join(", ") || "the kubeconfig holds no cluster",
    });
  }
  const userName = textIn(context, "user");
  const user = kubeconfig.users.find(({ name }) => name === userName)?.user;
  if (userName && !user) throw new UserError(`user "${userName}" of context "${contextName}" is not in the kubeconfig`);
  return { cluster, user: user ?? {}, namespace: textIn(context, "namespace") || "default" };
}
