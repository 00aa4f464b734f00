import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { WithInputs } from "../inputs.ts";
import { activeService, previewService, renderRolloutBlueGreen } from "./render-rollout-blue-green.ts";
import { createRoleService } from "./role-service.ts";
import { type RolloutBlueGreenOptions, rolloutBlueGreenDefaults } from "./rollout-types.ts";
import { ownPods, type RolloutInputs, type RolloutPodsSpec, RolloutWorkload } from "./rollout-workload.ts";

export interface RolloutBlueGreenArgs
  extends WithInputs<RolloutPodsSpec, RolloutInputs>,
    Partial<RolloutBlueGreenOptions> {}

/**
 * Two colours in the care of the Rollouts controller, which moves the selectors of the active and the preview Service; Pulumi leaves
 * those alone. Until it has, both select all pods of the application, so a route can lead to them from the first moment. `hooks` are the
 * Rollout's.
 */
export class RolloutBlueGreen extends pulumi.ComponentResource {
  readonly rollout: k8s.apiextensions.CustomResource;

  constructor(name: string, args: RolloutBlueGreenArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:rollout:RolloutBlueGreen", name, {}, opts);
    const { app, namespace, replicas, image, reference, service, imagePullSecret, imagePlatform, ...given } = args;
    const options = { ...rolloutBlueGreenDefaults, ...given };
    const pods = { image, reference, service, imagePullSecret, imagePlatform };
    const services = [
      createRoleService(`${name}-active-service`, args, activeService, this),
      createRoleService(`${name}-preview-service`, args, previewService, this),
    ];
    const workload = new RolloutWorkload(
      name,
      {
        app,
        namespace,
        replicas,
        render: (spec) =>
          renderRolloutBlueGreen({ ...spec, reference, ...options, pods: ownPods({ ...spec, ...pods }) }),
      },
      { parent: this, dependsOn: services, hooks },
    );
    this.rollout = workload.rollout;
    this.registerOutputs({ rollout: this.rollout });
  }
}
