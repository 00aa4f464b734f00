import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ApplicationInputs } from "../inputs.ts";
import { createDeployment } from "../workload/deployment.ts";
import type { PodImageSpec } from "../workload/render-pod.ts";
import { renderLoadClient } from "./render-load-client.ts";

export interface LoadClientArgs extends ApplicationInputs, PodImageSpec {
  /** An image that holds /app/load.mjs, such as one that is built from apps/load-client. */
  readonly image: pulumi.Input<string>;
}

/** The pod inside the mesh that `up`, `status` and the tests measure from, the same on every cluster. `hooks` are the Deployment's. */
export class LoadClient extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: LoadClientArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:traffic:LoadClient", name, {}, opts);
    const { app, namespace, ...plain } = args;
    this.deployment = createDeployment(
      `${name}-deployment`,
      { app, namespace },
      (known) => renderLoadClient({ ...plain, ...known }),
      { parent: this, hooks },
    );
    this.registerOutputs({ deployment: this.deployment });
  }
}
