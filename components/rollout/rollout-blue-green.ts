import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  activeService,
  previewService,
  type RolloutBlueGreenSpec,
  renderRolloutBlueGreen,
} from "./render-rollout-blue-green.ts";
import { createRoleService } from "./role-service.ts";
import { RolloutWorkload } from "./rollout-workload.ts";

export interface RolloutBlueGreenArgs extends RolloutBlueGreenSpec {
  /** Run before the Rollout is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/**
 * Two colours in the care of the Rollouts controller, which moves the selectors of the active and the preview Service; Pulumi leaves
 * those alone. Until it has, both select all pods of the application, so a route can lead to them from the first moment.
 */
export class RolloutBlueGreen extends pulumi.ComponentResource {
  readonly rollout: k8s.apiextensions.CustomResource;

  constructor(name: string, { hooks, ...spec }: RolloutBlueGreenArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:rollout:RolloutBlueGreen", name, {}, opts);
    const service = (role: string, of: string) => createRoleService(`${name}-${role}-service`, spec, of, this);
    const services = [service("active", activeService(spec.app)), service("preview", previewService(spec.app))];
    const workload = new RolloutWorkload(
      name,
      { manifest: renderRolloutBlueGreen(spec), hooks },
      { parent: this, dependsOn: services },
    );
    this.rollout = workload.rollout;
    this.registerOutputs();
  }
}
