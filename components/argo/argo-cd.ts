import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ArgoCdSpec, argoCdNamespace, renderArgoCd } from "./render-argo-cd.ts";

/** Argo CD in a namespace of its own. */
export class ArgoCd extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, spec: ArgoCdSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:argo:ArgoCd", name, {}, opts);
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: argoCdNamespace } },
      { parent: this },
    );
    this.release = new k8s.helm.v3.Release(`${name}-release`, renderArgoCd(spec), {
      parent: this,
      dependsOn: namespace,
    });
    this.registerOutputs();
  }
}
