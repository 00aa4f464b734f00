import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createPlatformNamespace, type PlatformOwner } from "../platform-namespace.ts";
import { type ArgoRolloutsSpec, renderArgoRollouts, rolloutsNamespace } from "./render-argo-rollouts.ts";

export interface ArgoRolloutsArgs extends ArgoRolloutsSpec {
  readonly owner?: PlatformOwner;
}

/** Argo Rollouts, or a part of it. Rollouts and what belongs to them depend on it. Its own namespace comes with it, no other. */
export class ArgoRollouts extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, { owner, ...spec }: ArgoRolloutsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:argo:ArgoRollouts", name, {}, opts);
    const dependsOn =
      spec.namespace === rolloutsNamespace
        ? [createPlatformNamespace(`${name}-namespace`, rolloutsNamespace, owner, { parent: this })]
        : [];
    this.release = new k8s.helm.v3.Release(`${name}-release`, renderArgoRollouts(spec), { parent: this, dependsOn });
    this.registerOutputs({ release: this.release });
  }
}
