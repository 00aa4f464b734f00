import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { revisionLabel } from "../../../canary/rollout/rollout-route.ts";
import { replicaSetsPath } from "../../../cluster/kube/paths.ts";
import { imageAnnotation, versionOf } from "../../../components/image/image-version.ts";
import type { Workload } from "./workloads.ts";

/** What the pods of a revision are made from, as its ReplicaSet has it. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** The pods of one revision of a workload. */
export interface Revision extends Workload {
  /** By which a Rollout's controller tells its revisions apart; empty for a Deployment's. */
  readonly hash: string;
  /** Counts up with each revision; 0 where the controller has not counted it yet. */
  readonly revision: number;
  /** The image as the config named it for this revision; undefined where an earlier program made it. */
  readonly reference: string | undefined;
  /** Kind of the workload that it belongs to: Rollout or Deployment. */
  readonly ownerKind: string;
  readonly template: PodTemplate;
}

interface ReplicaSet {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec: {
    readonly replicas?: number;
    readonly template: PodTemplate;
  };
  readonly status?: { readonly readyReplicas?: number };
}

const revisionAnnotations = ["rollout.argoproj.io/revision", "deployment.kubernetes.io/revision"];

/** The labels by which controllers tell the pods of one ReplicaSet from those of another, and which nobody else sets. */
const hashLabels: ReadonlySet<string> = new Set(["pod-template-hash", revisionLabel]);

/** The template as whoever owns the workload writes it. */
export function asWritten({ metadata, spec }: PodTemplate): PodTemplate {
  const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([label]) => !hashLabels.has(label)));
  return { metadata: { labels, ...(metadata.annotations && { annotations: metadata.annotations }) }, spec };
}

/** The revisions of the application's one workload, the newest first, those without pods too. */
export async function readRevisions(
  cluster: ClusterClient,
  { app, namespace }: ApplicationName,
): Promise<readonly Revision[]> {
  const list = await cluster.get<{ readonly items: readonly ReplicaSet[] }>(replicaSetsPath(namespace, { app }));
  return (list?.items ?? [])
    .flatMap((set) => {
      const owner = set.metadata.ownerReferences?.find(({ controller, name }) => controller && name === app);
      return owner ? [revisionOf(set, owner.kind)] : [];
    })
    .toSorted((a, b) => b.revision - a.revision);
}

function revisionOf({ metadata, spec, status }: ReplicaSet, ownerKind: string): Revision {
  const { labels = {} } = spec.template.metadata;
  const counted = revisionAnnotations.map((key) => Number(metadata.annotations?.[key])).find((count) => count > 0);
  return {
    name: metadata.name,
    ownerKind,
    template: spec.template,
    hash: labels["rollouts-pod-template-hash"] ?? "",
    revision: counted ?? 0,
    reference: metadata.annotations?.[imageAnnotation],
    version: labels.version ?? "",
    image: spec.template.spec.containers[0]?.image ?? "",
    ready: status?.readyReplicas ?? 0,
    wanted: spec.replicas ?? 1,
  };
}

/** Whether a revision was made for an image of the config: by its whole reference, for two repositories can have the same tag. */
export const isOfImage = ({ reference, version }: Pick<Revision, "reference" | "version">, image: string): boolean =>
  reference === undefined ? version === versionOf(image) : reference === image;

/** As `status` shows them: those that have or want pods. */
export const withPods = (revisions: readonly Revision[], roleOf: (revision: Revision) => string): readonly Workload[] =>
  revisions
    .filter(({ ready, wanted }) => ready > 0 || wanted > 0)
    .map((revision) => {
      const { name, version, image, ready, wanted } = revision;
      return { name, version, image, ready, wanted, role: roleOf(revision) };
    });
