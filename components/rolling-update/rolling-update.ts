import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createDeployment } from "../workload/deployment.ts";
import {
  probationSeconds,
  type RollingUpdateSpec,
  renderRollingBudget,
  renderRollingUpdate,
} from "./render-rolling-update.ts";

export interface RollingUpdateArgs extends RollingUpdateSpec {
  /** Run before the Deployment is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** As any Deployment's, and for as long as its new pods have to be ready. */
function timeouts(spec: RollingUpdateSpec): pulumi.CustomTimeouts {
  const seconds = 240 + probationSeconds(spec);
  return { create: `${seconds}s`, update: `${seconds}s`, delete: "2m" };
}

/** One Deployment under the application's name, whose controller replaces its pods a few at a time where the image changes. */
export class RollingUpdate extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, { hooks, ...spec }: RollingUpdateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:rolling-update:RollingUpdate", name, {}, opts);
    this.deployment = createDeployment(`${name}-deployment`, renderRollingUpdate(spec), {
      parent: this,
      customTimeouts: timeouts(spec),
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
