import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { rendered, type WithInputs } from "../inputs.ts";
import { createDeployment } from "../workload/deployment.ts";
import {
  type RollingUpdateSpec,
  renderRollingBudget,
  renderRollingUpdate,
  rollingUpdateDefaults,
} from "./render-rolling-update.ts";

/** `replicasOwner` is plain, for it decides which children there are. */
export interface RollingUpdateArgs
  extends WithInputs<Omit<RollingUpdateSpec, keyof typeof rollingUpdateDefaults>, "app" | "namespace" | "replicas">,
    Partial<Pick<RollingUpdateSpec, keyof typeof rollingUpdateDefaults>> {}

/**
 * One Deployment under the application's name, whose controller replaces its pods a few at a time where the image changes. `hooks` are the
 * Deployment's.
 */
export class RollingUpdate extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: RollingUpdateArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:rolling-update:RollingUpdate", name, {}, opts);
    const { app, namespace, replicas, ...plain } = { ...rollingUpdateDefaults, ...args };
    const inputs = { app, namespace, replicas };
    this.deployment = createDeployment(
      `${name}-deployment`,
      inputs,
      (known) => renderRollingUpdate({ ...plain, ...known }),
      { parent: this, ignoreChanges: plain.replicasOwner === "pulumi" ? [] : ["spec.replicas"], hooks },
    );
    // Where the rollout controller has the pods, the Rollout has a budget for them, and of two for one pod neither works.
    if (plain.replicasOwner === "pulumi") {
      const budget = rendered({ app, namespace }, renderRollingBudget);
      new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption-budget`, budget, { parent: this });
    }
    this.registerOutputs({ deployment: this.deployment });
  }
}
