import type { ContainerStatus, PodObject } from "../../../canary/pods/pod-object.ts";
import type { Workload } from "../traffic/workloads.ts";

/** A pod, as far as it tells which images it runs. */
export interface RunningPod extends Pick<PodObject, "metadata"> {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image: string }[] };
  readonly status?: { readonly containerStatuses?: readonly (ContainerStatus & { readonly imageID?: string })[] };
}

export interface RunningImage {
  /** Such as stable, canary, active or preview; else the name of the workload. */
  readonly role: string;
  readonly version: string;
  /** As the workload names it. */
  readonly image: string;
  /** `sha256:…`; null where no pod runs, or pods of one workload run different ones. */
  readonly digest: string | null;
}

/** Without a name before it, it is the id of a config: the runtime has the image from no registry, and none knows it by that. */
const digestIn = (reference: string): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];

/** The images of workloads with the digests that run: a workload that names none has the one that its pods were started with. */
export const runningImages = (workloads: readonly Workload[], pods: readonly RunningPod[]): readonly RunningImage[] =>
  workloads.map(({ name, role, version, image }) => ({
    role: role ?? name,
    version,
    image,
    digest: digestIn(image) ?? startedDigest(image, pods) ?? null,
  }));

function startedDigest(image: string, pods: readonly RunningPod[]): string | undefined {
  const started = pods.flatMap(({ spec, status }) => {
    const container = spec?.containers?.find((one) => one.image === image)?.name;
    const found = status?.containerStatuses?.find(({ name }) => name === container)?.imageID;
    return digestIn(found ?? "") ?? [];
  });
  const [first, ...others] = new Set(started);
  return others.length === 0 ? first : undefined;
}
