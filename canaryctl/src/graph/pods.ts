import { containerFaults, isReady } from "../../../canary/pods/pod-object.ts";
import type { Labels } from "../doctor/objects.ts";
import type { Pod } from "./objects.ts";

/** Pods that are drawn as one node: a single one, or many of one owner that look the same. */
export interface PodGroup {
  readonly names: readonly string[];
  readonly labels: Labels;
  /** Undefined where nobody makes them anew. */
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
  readonly fault: string | undefined;
}

/** Of more pods than these that look the same, one node tells the number. */
const mostAlone = 5;

/** The pods that are drawn. One that is going takes no new requests. */
export function podGroups(pods: readonly Pod[]): readonly PodGroup[] {
  const alike = Map.groupBy(
    pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(groupOf),
    ({ labels, owner, fault }) => JSON.stringify([Object.entries(labels).toSorted(), owner, fault]),
  );
  return [...alike.values()].flatMap((groups) => {
    const [first] = groups;
    if (!first || groups.length <= mostAlone) return groups;
    return [{ ...first, names: groups.flatMap(({ names }) => names) }];
  });
}

function groupOf(pod: Pod): PodGroup {
  const { name, labels = {}, ownerReferences = [] } = pod.metadata;
  const owner = ownerReferences.find(({ controller }) => controller);
  return {
    names: [name],
    labels,
    owner: owner && { kind: owner.kind, name: owner.name },
    fault: isReady(pod) ? undefined : (containerFaults(pod)[0]?.reason ?? "not ready"),
  };
}

/** Whether labels are all that a selector names; one that names nothing selects no pod, as in a Service. */
export function selects(selector: Labels | undefined, labels: Labels): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
