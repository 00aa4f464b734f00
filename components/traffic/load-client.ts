import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createDeployment } from "../workload/deployment.ts";
import { type LoadClientSpec, renderLoadClient } from "./render-load-client.ts";

export interface LoadClientArgs extends LoadClientSpec {
  /** Run before the Deployment is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** The pod inside the mesh that `up`, `status` and the tests measure from, the same on every cluster. */
export class LoadClient extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, { hooks, ...spec }: LoadClientArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:traffic:LoadClient", name, {}, opts);
    this.deployment = createDeployment(`${name}-deployment`, renderLoadClient(spec), {
      parent: this,
      ...(hooks && { hooks }),
    });
    this.registerOutputs();
  }
}
