import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import { apiServerUrl, nodeName } from "../network/addresses.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import { type Probe, type ProbeAnswer, probe } from "../supervision/probe.ts";

/** Sends one request to the API server, as the cluster's administrator. */
export const requestApiServer = (
  layout: NodeLayout,
  path: string,
  more: Pick<Probe, "method" | "contentType" | "body" | "timeout"> = {},
): Promise<ProbeAnswer | undefined> =>
  probe({
    url: `${apiServerUrl}${path}`,
    authority: readFileSync(authorityFile(layout.pki, "ca")),
    client: readFileSync(pemFile(layout.pki, "admin")),
    ...more,
  });

/** A Kubernetes object as far as applying it needs to know. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** The kinds that the node itself applies, and how they are called in a path. */
const resources: Readonly<Record<string, string>> = {
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  ConfigMap: "configmaps",
  Deployment: "deployments",
  Service: "services",
  ServiceAccount: "serviceaccounts",
};

/** Path of an object in the API. */
export function objectPath({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
  return `${group}${namespace}/${resources[kind]}/${metadata.name}`;
}

/** Server-side apply of `objects`, one after the other, as field manager `canary-lab-node`. */
export async function applyObjects(layout: NodeLayout, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) await applyObject(layout, object);
}

async function applyObject(layout: NodeLayout, object: KubernetesObject): Promise<void> {
  const path = objectPath(object);
  const request = {
    method: "PATCH",
    contentType: "application/apply-patch+yaml",
    body: JSON.stringify(object),
    timeout: 10_000,
  } as const;
  let reply: ProbeAnswer | undefined;
  // A young API server still makes its own namespaces and roles: what they refuse now they accept in a moment.
  for (let attempt = 0; attempt < 50; attempt++) {
    reply = await requestApiServer(layout, `${path}?fieldManager=canary-lab-node&force=true`, request);
    if (reply && reply.status < 300) return;
    await sleep(200);
  }
  throw new UserError(
    `The API server did not take ${object.kind} ${object.metadata.name}: ${reply?.body ?? "no answer"}`,
    {
      place: path,
      next: "read .lab/logs/kube-apiserver.log, then run: npx canaryctl up",
    },
  );
}

export interface NodeStatus {
  /** Kubernetes' version, such as `v1.36.3`. */
  readonly version: string;
  readonly isReady: boolean;
}

/** What the API server says of the node; undefined where it does not answer, or has not heard of it. */
export async function readNodeStatus(layout: NodeLayout): Promise<NodeStatus | undefined> {
  if (!existsSync(pemFile(layout.pki, "admin"))) return undefined;
  const reply = await requestApiServer(layout, `/api/v1/nodes/${nodeName}`);
  if (reply?.status !== 200) return undefined;
  const { status } = JSON.parse(reply.body);
  const conditions: { type: string; status: string }[] = status.conditions ?? [];
  return {
    version: status.nodeInfo.kubeletVersion,
    isReady: conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
  };
}
