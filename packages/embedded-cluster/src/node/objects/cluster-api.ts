import { existsSync } from "node:fs";
import { KubeClient } from "@canary-lab/kit/kube/client";
import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import { nodeName } from "../network/addresses.ts";

/** The API server, as the cluster's administrator. No proxy of the user's leads to the node. */
const administrator = ({ kubeconfig }: NodeLayout): KubeClient =>
  new KubeClient(kubeconfig, nodeName, { environment: {} });

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

/** How long a young API server may refuse an object. */
const acceptedSeconds = 30;

/** Server-side apply of `objects`, one after the other, as field manager `canary-lab-node`. */
export async function applyObjects(layout: NodeLayout, objects: readonly KubernetesObject[]): Promise<void> {
  const client = administrator(layout);
  for (const object of objects) await applyObject(client, object);
}

async function applyObject(client: KubeClient, object: KubernetesObject): Promise<void> {
  const path = objectPath(object);
  let refusal: UserError | undefined;
  // A young API server still makes its own namespaces and roles: what they refuse now they accept in a moment.
  const isAccepted = async () => {
    try {
      await client.apply(path, object, "canary-lab-node");
      return true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusal = error;
      return false;
    }
  };
  if (await until(isAccepted, { seconds: acceptedSeconds, everyMilliseconds: 200 })) return;
  throw new UserError(`The API server did not take ${object.kind} ${object.metadata.name}: ${refusal?.message}`, {
    place: `${path}; log kube-apiserver.log of the cluster`,
    cause: refusal,
  });
}

export interface NodeStatus {
  /** Kubernetes' version, such as `v1.35.4`. */
  readonly version: string;
  readonly isReady: boolean;
  /** When the kubelet last said so, in milliseconds since 1970; 0 where it never did. */
  readonly heardAt: number;
}

interface NodeObject {
  readonly status?: {
    readonly nodeInfo?: { readonly kubeletVersion?: string };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastHeartbeatTime: string;
    }[];
  };
}

/** What the API server says of the node; undefined where it does not answer, or has not heard of it. */
export async function readNodeStatus(layout: NodeLayout): Promise<NodeStatus | undefined> {
  if (!existsSync(layout.kubeconfig)) return undefined;
  const node = await administrator(layout)
    .get<NodeObject>(`/api/v1/nodes/${nodeName}`)
    .catch(() => undefined);
  if (node === undefined) return undefined;
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  return {
    version: node.status?.nodeInfo?.kubeletVersion ?? "",
    isReady: ready?.status === "True",
    heardAt: ready ? Date.parse(ready.lastHeartbeatTime) : 0,
  };
}
