import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { deploymentsPath } from "../../../cluster/kube/paths.ts";
import { deploymentName, type Version, versions } from "../../../components/names.ts";

/** The pods of one side, or of one revision. */
export interface Workload {
  readonly name: string;
  readonly version: string;
  readonly image: string;
  /** Pods that serve, of those wanted. */
  readonly ready: number;
  readonly wanted: number;
  /** What a controller uses it for, such as stable, canary, active or preview. */
  readonly role?: string;
}

interface Deployment {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: { readonly readyReplicas?: number; readonly observedGeneration?: number };
}

/** Reads one side; undefined where it is not deployed. */
export async function readWorkload(
  cluster: ClusterClient,
  of: ApplicationName,
  version: Version,
): Promise<Workload | undefined> {
  const name = deploymentName(of.app, version);
  const deployment = await cluster.get<Deployment>(deploymentsPath(of.namespace, name));
  if (!deployment) return undefined;
  return {
    name,
    version,
    image: deployment.spec.template.spec.containers[0]?.image ?? "",
    ready: deployment.status?.readyReplicas ?? 0,
    wanted: deployment.spec.replicas ?? 1,
  };
}

/** Reads both sides; those that are not deployed are left out. */
export async function readWorkloads(cluster: ClusterClient, of: ApplicationName): Promise<readonly Workload[]> {
  const sides = await Promise.all(Object.values(versions).map((version) => readWorkload(cluster, of, version)));
  return sides.filter((side) => side !== undefined);
}
