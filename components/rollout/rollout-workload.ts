import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { podTemplate } from "../workload/pod-template.ts";
import { renderRolloutBudget } from "./render-rollout.ts";
import type { RolloutManifest } from "./rollout-types.ts";

export interface RolloutWorkloadArgs {
  readonly manifest: RolloutManifest;
  /** Run before the Rollout is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** The pods of an application in the care of the Rollouts controller. It is there as soon as it is written: follow it to see it ready. */
export class RolloutWorkload extends pulumi.ComponentResource {
  readonly rollout: k8s.apiextensions.CustomResource;

  constructor(name: string, { manifest, hooks }: RolloutWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:rollout:RolloutWorkload", name, {}, opts);
    const { metadata, spec, pods } = manifest;
    const own = "template" in pods && {
      selector: { matchLabels: { app: pods.template.labels.app } },
      template: podTemplate(pods.template),
    };
    this.rollout = new k8s.apiextensions.CustomResource(
      `${name}-rollout`,
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        metadata,
        spec: { ...spec, ...("workloadRef" in pods ? { workloadRef: pods.workloadRef } : own) },
      },
      { parent: this, ...(hooks && { hooks }) },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption-budget`,
      renderRolloutBudget({ app: metadata.name, namespace: metadata.namespace }),
      { parent: this },
    );
    this.registerOutputs();
  }
}
