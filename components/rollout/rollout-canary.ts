import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renderRoleService } from "./render-rollout.ts";
import { canaryService, type RolloutCanarySpec, renderRolloutCanary, stableService } from "./render-rollout-canary.ts";
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
    const service = (role: string, of: string) =>
      new k8s.core.v1.Service(`${name}-${role}-service`, renderRoleService(spec, of), {
        parent: this,
        ignoreChanges: ["spec.selector"],
      });
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
