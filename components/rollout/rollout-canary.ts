import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { canaryService, type RolloutCanarySpec, renderRolloutCanary, stableService } from "./render-rollout-canary.ts";
import { createRoleService } from "./role-service.ts";
import { RolloutWorkload } from "./rollout-workload.ts";

export interface RolloutCanaryArgs extends RolloutCanarySpec {
  /** Run before the Rollout is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/**
 * A canary in the care of the Rollouts controller. Give the application's route and sides as `dependsOn`, for a Rollout is invalid
 * without them. What tells the revisions apart, and what moves the requests, is the controller's: Pulumi leaves it alone.
 */
export class RolloutCanary extends pulumi.ComponentResource {
  readonly rollout: k8s.apiextensions.CustomResource;

  constructor(name: string, { hooks, ...spec }: RolloutCanaryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:rollout:RolloutCanary", name, {}, opts);
    const service = (role: string, of: string) => createRoleService(`${name}-${role}-service`, spec, of, this);
    const services = [service("stable", stableService(spec.app)), service("canary", canaryService(spec.app))];
    const workload = new RolloutWorkload(
      name,
      { manifest: renderRolloutCanary(spec), hooks },
      { parent: this, dependsOn: services },
    );
    this.rollout = workload.rollout;
    this.registerOutputs();
  }
}
