import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { replicasOwnerAnnotation } from "../rolling-update/render-rolling-update.ts";
import { appContainer } from "./render-pod.ts";

/** How many pods a workload has, by their load. */
export interface AutoscalingOptions {
  /** 1..50. */
  readonly minReplicas: number;
  /** 1..50, not below `minReplicas`. */
  readonly maxReplicas: number;
  /** Percent of the CPU that the application's container asks for, 1..100. */
  readonly targetCpuUtilization: number;
}

/** What is scaled. */
export interface ScaledWorkload {
  readonly apiVersion: "apps/v1" | "argoproj.io/v1alpha1";
  readonly kind: "Deployment" | "Rollout";
  readonly name: string;
}

export const renderAutoscaler = (
  workload: ScaledWorkload,
  { app, namespace }: ApplicationName,
  { minReplicas, maxReplicas, targetCpuUtilization }: AutoscalingOptions,
) => ({
  metadata: { name: workload.name, namespace, labels: { app } },
  spec: {
    scaleTargetRef: workload,
    minReplicas,
    maxReplicas,
    metrics: [
      {
        // Of the application's own container: the sidecar's load is not what more pods are for.
        type: "ContainerResource",
        containerResource: {
          name: "cpu",
          container: appContainer,
          target: { type: "Utilization", averageUtilization: targetCpuUtilization },
        },
      },
    ],
  },
});

export const createAutoscaler = (
  name: string,
  workload: ScaledWorkload,
  application: ApplicationName,
  options: AutoscalingOptions,
  opts: pulumi.CustomResourceOptions,
): k8s.autoscaling.v2.HorizontalPodAutoscaler =>
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(name, renderAutoscaler(workload, application, options), opts);

const scaledTypes = ["kubernetes:apps/v1:Deployment", "kubernetes:argoproj.io/v1alpha1:Rollout"];

/**
 * Leaves the number of pods of each workload below a component to its autoscaler: a new one begins with the least, one that is there keeps
 * its number. The annotation makes a change of the owner a change of the object, even where the number is the same.
 */
export const leaveReplicas =
  ({ minReplicas }: AutoscalingOptions): pulumi.ResourceTransformation =>
  ({ type, props, opts }) => {
    const { ignoreChanges = [] } = opts as pulumi.CustomResourceOptions;
    if (!scaledTypes.includes(type) || ignoreChanges.includes("spec.replicas")) return undefined;
    const { metadata, spec } = props;
    const annotations = { ...metadata?.annotations, [replicasOwnerAnnotation]: "autoscaler" };
    return {
      props: { ...props, metadata: { ...metadata, annotations }, spec: { ...spec, replicas: minReplicas } },
      opts: { ...opts, ignoreChanges: [...ignoreChanges, "spec.replicas"] },
    };
  };
