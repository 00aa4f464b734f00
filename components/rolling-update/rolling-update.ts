import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createDeployment } from "../workload/deployment.ts";
import { type RollingUpdateSpec, renderRollingBudget, renderRollingUpdate } from "./render-rolling-update.ts";

export interface RollingUpdateArgs extends RollingUpdateSpec {
  /** Run before the Deployment is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** One Deployment under the application's name, whose controller replaces its pods a few at a time where the image changes. */
export class RollingUpdate extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, { hooks, ...spec }: RollingUpdateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:rolling-update:RollingUpdate", name, {}, opts);
    this.deployment = createDeployment(`${name}-deployment`, renderRollingUpdate(spec), {
      parent: this,
      ignoreChanges: spec.replicasOwner === "pulumi" ? [] : ["spec.replicas"],
      ...(hooks && { hooks }),
    });
    // Where the rollout controller has the pods, the Rollout has a budget for them, and of two for one pod neither works.
    if (spec.replicasOwner === "pulumi") {
      new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption-budget`, renderRollingBudget(spec), { parent: this });
    }
    this.registerOutputs();
  }
}
