import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../user-error.ts";

/** How to reach one API server; its certificate is always verified. */
export interface Connection {
  readonly server: URL;
  readonly options: RequestOptions;
}

type Fields = Readonly<Record<string, string | undefined>>;

interface Kubeconfig {
  readonly clusters?: readonly { readonly name: string; readonly cluster: Fields }[];
  readonly contexts?: readonly { readonly name: string; readonly context: Fields }[];
  readonly users?: readonly { readonly name: string; readonly user: Fields }[];
}

const plainClusterFields = ["server", "certificate-authority", "certificate-authority-data"];
const plainUserFields = ["client-certificate", "client-certificate-data", "client-key", "client-key-data", "token"];
const proxyVariables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/**
 * Reads a context of a kubeconfig file. Certificates and tokens are read here, for loading the Kubernetes client costs 0.3 s of
 * the 1.5 s that a rollback has; anything else (exec plugins, OIDC, proxies) is left to that client.
 *
 * @throws UserError where the file or the context cannot be used
 */
export async function connect(path: string, context: string): Promise<Connection> {
  const file = readKubeconfig(path);
  const found = file.contexts?.find(({ name }) => name === context)?.context;
  if (!found) {
    throw new UserError(`There is no context "${context}" in the kubeconfig.`, {
      place: path,
      allowed: file.contexts?.map(({ name }) => name).join(", ") || "the file holds no context",
      next: "pulumi config set kubeContext NAME",
    });
  }
  const cluster = file.clusters?.find(({ name }) => name === found.cluster)?.cluster;
  const user = file.users?.find(({ name }) => name === found.user)?.user ?? {};
  if (!cluster?.server)
    throw new UserError(`Context "${context}" names a cluster that is not in the kubeconfig.`, { place: path });
  return plainConnection(cluster, user, dirname(path)) ?? fullConnection(path, context);
}

function readKubeconfig(path: string): Kubeconfig {
  try {
    const file: unknown = parse(readFileSync(path, "utf8"));
    if (typeof file === "object" && file !== null) return file;
    throw new Error("it is empty");
  } catch (error) {
    throw new UserError(`The kubeconfig cannot be read: ${(error as Error).message.split("\n")[0]}`, {
      place: path,
      next: "npx canaryctl up",
    });
  }
}

function plainConnection(cluster: Fields, user: Fields, folder: string): Connection | undefined {
  const isPlain =
    Object.keys(cluster).every((field) => plainClusterFields.includes(field)) &&
    Object.keys(user).every((field) => plainUserFields.includes(field)) &&
    proxyVariables.every((variable) => !process.env[variable]);
  if (!isPlain) return undefined;

  const content = (fields: Fields, field: string): Buffer | undefined => {
    const data = fields[`${field}-data`];
    if (data) return Buffer.from(data, "base64");
    const file = fields[field];
    return file ? readFileSync(resolve(folder, file)) : undefined;
  };
  return {
    server: new URL(cluster.server ?? ""),
    options: {
      ca: content(cluster, "certificate-authority"),
      cert: content(user, "client-certificate"),
      key: content(user, "client-key"),
      ...(user.token ? { headers: { authorization: `Bearer ${user.token}` } } : {}),
    },
  };
}

async function fullConnection(path: string, context: string): Promise<Connection> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(path);
  config.setCurrentContext(context);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { server: new URL(config.getCurrentCluster()?.server ?? ""), options };
}
