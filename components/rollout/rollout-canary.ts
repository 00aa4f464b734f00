import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { WithInputs } from "../inputs.ts";
import {
  canaryService,
  type RolloutCanaryOptions,
  type RolloutCanarySpec,
  renderRolloutCanary,
  rolloutCanaryDefaults,
  stableService,
} from "./render-rollout-canary.ts";
import { createRoleService } from "./role-service.ts";
import type { ReferredPods } from "./rollout-types.ts";
import { ownPods, type RolloutInputs, type RolloutPodsSpec, RolloutWorkload } from "./rollout-workload.ts";

/** The plan and the analyses are plain, for they decide which steps there are. */
export interface RolloutCanaryArgs
  extends WithInputs<RolloutPodsSpec, RolloutInputs>,
    Omit<RolloutCanarySpec, keyof RolloutPodsSpec | keyof RolloutCanaryOptions | "pods">,
    Partial<RolloutCanaryOptions> {
  /** A live Deployment in the same namespace whose template the Rollout takes over. Default: none, and the Rollout has its own. */
  readonly workloadRef?: ReferredPods["workloadRef"];
}

/**
 * A canary in the care of the Rollouts controller. Give the application's route and sides as `dependsOn`, for a Rollout is invalid
 * without them. What tells the revisions apart, and what moves the requests, is the controller's: Pulumi leaves it alone. `hooks` are the
 * Rollout's.
 */
export class RolloutCanary extends pulumi.ComponentResource {
  readonly rollout: k8s.apiextensions.CustomResource;

  constructor(name: string, args: RolloutCanaryArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:rollout:RolloutCanary", name, {}, opts);
    const { app, namespace, replicas, workloadRef, ...plain } = args;
    const services = [
      createRoleService(`${name}-stable-service`, args, stableService, this),
      createRoleService(`${name}-canary-service`, args, canaryService, this),
    ];
    const workload = new RolloutWorkload(
      name,
      {
        app,
        namespace,
        replicas,
        render: (spec) => {
          const pods = workloadRef ? { workloadRef } : ownPods({ ...plain, ...spec });
          return renderRolloutCanary({ ...rolloutCanaryDefaults, ...plain, ...spec, pods });
        },
      },
      { parent: this, dependsOn: services, hooks },
    );
    this.rollout = workload.rollout;
    this.registerOutputs({ rollout: this.rollout });
  }
}
