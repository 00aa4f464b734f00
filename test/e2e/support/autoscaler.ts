import { applyObjects, kubectl, namespace } from "./lab.ts";

const name = "by-hand";

/**
 * Makes an autoscaler that no config asks for. It needs no metrics for what it is made for here: a workload with fewer pods than the least is
 * scaled to that, at its first look, which comes after 15 seconds.
 */
export const autoscaleByHand = (
  workload: { readonly apiVersion: string; readonly kind: string; readonly name: string },
  least: number,
): Promise<void> =>
  applyObjects({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace },
    spec: { scaleTargetRef: workload, minReplicas: least, maxReplicas: least + 1 },
  });

export const withoutAutoscaler = () =>
  kubectl("delete", "horizontalpodautoscaler", name, "-n", namespace, "--ignore-not-found");
