import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createPlatformNamespace, type PlatformOwner } from "../platform-namespace.ts";
import { type ArgoCdSpec, argoCdNamespace, renderArgoCd } from "./render-argo-cd.ts";

export interface ArgoCdArgs extends ArgoCdSpec {
  readonly owner?: PlatformOwner;
}

/** Argo CD in a namespace of its own. */
export class ArgoCd extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, { owner, ...spec }: ArgoCdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:argo:ArgoCd", name, {}, opts);
    const namespace = createPlatformNamespace(`${name}-namespace`, argoCdNamespace, owner, { parent: this });
    this.release = new k8s.helm.v3.Release(`${name}-release`, renderArgoCd(spec), {
      parent: this,
      dependsOn: namespace,
    });
    this.registerOutputs({ release: this.release });
  }
}
