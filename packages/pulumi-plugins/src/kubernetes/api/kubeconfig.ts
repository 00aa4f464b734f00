import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "../../json.ts";

/** A kubeconfig as an object, and the folder that its relative paths hang from. */
export interface Kubeconfig {
  readonly content: JsonObject;
  readonly folder: string;
}

/** Which entry of a kubeconfig to take instead of its current one. */
export interface Overrides {
  readonly context?: string;
  readonly cluster?: string;
}

/** How to reach one API server as one user. */
export interface Access {
  readonly server: string;
  /** Namespace of the context; "default" where it names none. */
  readonly namespace: string;
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized: boolean; readonly servername?: string };
  readonly authorization: string | undefined;
}

async function parse(text: string): Promise<JsonObject> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    const { parse: parseYaml } = await import("yaml");
    content = parseYaml(text);
  }
  if (typeof content !== "object" || content === null || !isObject(content as JsonObject)) {
    throw new Error("a kubeconfig must be a YAML or JSON object");
  }
  return content as JsonObject;
}

/** Reads a kubeconfig given as its text or as the path of a file. Throws where it does not parse. */
export async function parseKubeconfig(pathOrContents: string): Promise<Kubeconfig> {
  const path = pathOrContents.replace(/^~(?=\/)/, homedir());
  if (!pathOrContents.includes("\n") && existsSync(path)) {
    return { content: await parse(readFileSync(path, "utf8")), folder: dirname(path) };
  }
  return { content: await parse(pathOrContents), folder: process.cwd() };
}

/** The user's own: the files of KUBECONFIG (the first to name something wins), or ~/.kube/config. */
export async function ambientKubeconfig(): Promise<Kubeconfig> {
  const paths = (process.env.KUBECONFIG || join(homedir(), ".kube", "config"))
    .split(":")
    .filter((path) => path && existsSync(path));
  const first = paths[0];
  if (!first) throw new Error("no configuration has been provided, try setting KUBECONFIG");
  const content: JsonObject = {};
  for (const path of paths) {
    let part: JsonObject;
    try {
      part = await parse(readFileSync(path, "utf8"));
    } catch (error) {
      throw new Error(`error loading config file "${path}": ${error instanceof Error ? error.message : error}`);
    }
    content["current-context"] ||= part["current-context"] ?? "";
    for (const key of ["clusters", "contexts", "users"]) content[key] = [...listAt(content, key), ...listAt(part, key)];
  }
  return { content, folder: dirname(first) };
}

const entry = (content: JsonObject, list: string, name: string, kind: string): JsonObject | undefined =>
  objectAt(
    listAt(content, list).find((item) => textAt(item, "name") === name),
    kind,
  );

/** The cluster entry that is in use: what decides whether two kubeconfigs mean the same cluster. */
export function activeCluster({ content }: Kubeconfig, overrides: Overrides): JsonObject | undefined {
  const context = entry(content, "contexts", overrides.context || textAt(content, "current-context"), "context");
  return context && entry(content, "clusters", overrides.cluster || textAt(context, "cluster"), "cluster");
}

/** Credentials that a command hands out, as cloud clusters want it (client.authentication.k8s.io). */
function execCredential(command: JsonObject): JsonObject {
  const variables = listAt(command, "env").map((item) => [textAt(item, "name"), textAt(item, "value")]);
  const info = { apiVersion: textAt(command, "apiVersion"), kind: "ExecCredential", spec: { interactive: false } };
  const output = execFileSync(textAt(command, "command"), listAt(command, "args").map(String), {
    encoding: "utf8",
    env: { ...process.env, ...Object.fromEntries(variables), KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return objectAt(JSON.parse(output) as JsonObject, "status") ?? {};
}

/** Resolves a kubeconfig to the server and credentials of one context. Throws with what is missing. */
export function accessOf(kubeconfig: Kubeconfig, overrides: Overrides): Access {
  const { content, folder } = kubeconfig;
  const contextName = overrides.context || textAt(content, "current-context");
  const context = entry(content, "contexts", contextName, "context");
  if (!context) throw new Error(`context "${contextName}" does not exist`);
  const cluster = activeCluster(kubeconfig, overrides);
  if (!cluster) throw new Error(`cluster "${overrides.cluster || textAt(context, "cluster")}" does not exist`);
  if (textAt(cluster, "proxy-url")) throw new Error("proxy-url in a kubeconfig is not supported by this plugin");
  const user = entry(content, "users", textAt(context, "user"), "user") ?? {};
  const material = (from: JsonObject, key: string): Buffer | undefined => {
    const inline = textAt(from, `${key}-data`);
    if (inline) return Buffer.from(inline, "base64");
    const path = textAt(from, key);
    return path ? readFileSync(isAbsolute(path) ? path : join(folder, path)) : undefined;
  };
  const issued = objectAt(user, "exec") ? execCredential(objectAt(user, "exec") ?? {}) : {};
  const tokenFile = textAt(user, "tokenFile");
  const token =
    textAt(issued, "token") || textAt(user, "token") || (tokenFile ? readFileSync(tokenFile, "utf8").trim() : "");
  const basic = textAt(user, "username") && `${textAt(user, "username")}:${textAt(user, "password")}`;
  const servername = textAt(cluster, "tls-server-name");
  return {
    server: textAt(cluster, "server").replace(/\/+$/, ""),
    namespace: textAt(context, "namespace") || "default",
    authorization: token ? `Bearer ${token}` : basic ? `Basic ${Buffer.from(basic).toString("base64")}` : undefined,
    tls: {
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
      ca: material(cluster, "certificate-authority"),
      cert: textAt(issued, "clientCertificateData") || material(user, "client-certificate"),
      key: textAt(issued, "clientKeyData") || material(user, "client-key"),
      ...(servername && { servername }),
    },
  };
}
