import type { ApplicationName } from "../../canary/application-name.ts";
import { imageAnnotation } from "../image/image-version.ts";
import { renderServiceOver } from "../workload/render-service.ts";
import type { OwnPods, ReferredPods, RolloutManifest, RolloutStrategy } from "./rollout-types.ts";

/** What every Rollout says, whatever its strategy. */
export interface RolloutSpec<Strategy extends RolloutStrategy> extends ApplicationName {
  /** Pods, at least 1. */
  readonly replicas: number;
  readonly pods: OwnPods | ReferredPods;
  /** The image as the config names it. */
  readonly reference: string;
  readonly strategy: Strategy;
}

/** It selects by the application only: a revision is told from another by the hash that the controller adds. */
export function renderRollout<Strategy extends RolloutStrategy>(
  spec: RolloutSpec<Strategy>,
): RolloutManifest<Strategy> {
  return {
    metadata: {
      name: spec.app,
      namespace: spec.namespace,
      labels: { app: spec.app },
      annotations: {
        // The engine would wait for a number in status.observedGeneration, where the controller writes text. The program follows it.
        "pulumi.com/skipAwait": "true",
        [imageAnnotation]: spec.reference,
        // The controller writes into the spec as well.
        "pulumi.com/patchForce": "true",
      },
    },
    spec: { replicas: spec.replicas, revisionHistoryLimit: 3, progressDeadlineSeconds: 120, strategy: spec.strategy },
    pods: spec.pods,
  };
}

/** A Service over the pods of one role. The controller narrows the selector to the revision that has the role. */
export function renderRoleService(application: ApplicationName, name: string) {
  const { metadata, spec } = renderServiceOver(application, { app: application.app });
  return { metadata: { ...metadata, name }, spec };
}

/** Drains take one pod at a time, and are not held up by a pod that is broken anyway. */
export const renderRolloutBudget = ({ app, namespace }: ApplicationName) => ({
  metadata: { name: app, namespace, labels: { app } },
  spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: { app } } },
});
