import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { rendered, type WithInputs } from "../inputs.ts";
import { createDeployment } from "./deployment.ts";
import { renderDeployment, renderDisruptionBudget, type WorkloadSpec } from "./render-workload.ts";

export interface EchoWorkloadArgs extends WithInputs<WorkloadSpec, "app" | "namespace" | "replicas"> {}

/**
 * The pods of one version, in a namespace that exists. It is there as soon as it is written: follow it to see its pods ready. `hooks` are
 * the Deployment's.
 */
export class EchoWorkload extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: EchoWorkloadArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:workload:EchoWorkload", name, {}, opts);
    const { app, namespace, replicas, ...plain } = args;
    const inputs = { app, namespace, replicas };
    this.deployment = createDeployment(
      `${name}-deployment`,
      inputs,
      (known) => renderDeployment({ ...plain, ...known }),
      { parent: this, hooks },
    );
    const budget = rendered(inputs, (known) => renderDisruptionBudget({ ...plain, ...known }));
    new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption-budget`, budget, { parent: this });
    this.registerOutputs({ deployment: this.deployment });
  }
}
