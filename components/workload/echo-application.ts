import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ReleaseSpec, renderNamespace, renderService } from "./render-application.ts";

export interface EchoApplicationArgs extends ReleaseSpec {
  /** Run before the namespace is made or changed. */
  readonly namespaceHooks?: pulumi.ResourceHookBinding;
}

/** What an application has once, however many versions of it run: its namespace, labelled for sidecars, and its Service. */
export class EchoApplication extends pulumi.ComponentResource {
  readonly namespace: k8s.core.v1.Namespace;
  readonly service: k8s.core.v1.Service;

  constructor(name: string, args: EchoApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:workload:EchoApplication", name, {}, opts);
    this.namespace = new k8s.core.v1.Namespace(`${name}-namespace`, renderNamespace(args), {
      parent: this,
      ...(args.namespaceHooks && { hooks: args.namespaceHooks }),
    });
    this.service = new k8s.core.v1.Service(`${name}-service`, renderService(args), {
      parent: this,
      dependsOn: this.namespace,
    });
    this.registerOutputs();
  }
}
