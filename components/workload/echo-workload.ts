import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createDeployment } from "./deployment.ts";
import { renderDeployment, renderDisruptionBudget, type WorkloadSpec } from "./render-workload.ts";

export interface EchoWorkloadArgs extends WorkloadSpec {
  /** Run before the Deployment is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** The pods of one version, in a namespace that exists. It is there as soon as it is written: follow it to see its pods ready. */
export class EchoWorkload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, { hooks, ...spec }: EchoWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:workload:EchoWorkload", name, {}, opts);
    this.deployment = createDeployment(`${name}-deployment`, renderDeployment(spec), {
      parent: this,
      ...(hooks && { hooks }),
    });
    new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption-budget`, renderDisruptionBudget(spec), { parent: this });
    this.registerOutputs();
  }
}
