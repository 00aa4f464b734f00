import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { deploymentsPath } from "../../../cluster/kube/paths.ts";
import { versionLabel } from "../../../components/image/image-version.ts";
import { deploymentName, type Version, versions } from "../../../components/names.ts";
import { roleOf } from "../../../components/workload/render-workload.ts";

/** The pods of one side, or of one revision. */
export interface Workload {
  readonly name: string;
  /** What runs there, as its image's reference says it. */
  readonly version: string;
  readonly image: string;
  /** Pods that serve, of those wanted. */
  readonly ready: number;
  readonly wanted: number;
  /** What it is used for, such as stable, canary, active or preview. */
  readonly role?: string;
}

/** A Deployment of its own, whose name has that of the slot in it: that stays, whichever version runs there. */
export interface SideWorkload extends Workload {
  readonly slot: Version;
}

interface Deployment {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
  readonly status?: { readonly readyReplicas?: number; readonly observedGeneration?: number };
}

/** Reads one side; undefined where it is not deployed. */
export async function readWorkload(
  cluster: ClusterClient,
  of: ApplicationName,
  version: Version,
): Promise<SideWorkload | undefined> {
  const name = deploymentName(of.app, version);
  const deployment = await cluster.get<Deployment>(deploymentsPath(of.namespace, name));
  if (!deployment) return undefined;
  const { metadata, spec } = deployment.spec.template;
  return {
    name,
    slot: version,
    version: metadata?.labels?.[versionLabel] ?? version, // one that an earlier program made says its slot only
    image: spec.containers[0]?.image ?? "",
    ready: deployment.status?.readyReplicas ?? 0,
    wanted: deployment.spec.replicas ?? 1,
    role: roleOf(version),
  };
}

/** Reads both sides; those that are not deployed are left out. */
export async function readWorkloads(cluster: ClusterClient, of: ApplicationName): Promise<readonly SideWorkload[]> {
  const sides = await Promise.all(Object.values(versions).map((version) => readWorkload(cluster, of, version)));
  return sides.filter((side) => side !== undefined);
}
