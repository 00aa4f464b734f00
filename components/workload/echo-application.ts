import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ReleaseSpec, renderNamespace } from "./render-application.ts";
import { type OwnServiceSpec, renderService } from "./render-service.ts";

export interface EchoApplicationArgs extends ReleaseSpec {
  /** Run before the namespace is made or changed. */
  readonly namespaceHooks?: pulumi.ResourceHookBinding;
}

/** What an application has once, however many versions of it run: its namespace, labelled for sidecars, and its Service. */
export class EchoApplication extends pulumi.ComponentResource {
  readonly namespace: k8s.core.v1.Namespace;
  readonly #name: string;

  constructor(name: string, args: EchoApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:workload:EchoApplication", name, {}, opts);
    this.#name = name;
    this.namespace = new k8s.core.v1.Namespace(`${name}-namespace`, renderNamespace(args), {
      parent: this,
      ...(args.namespaceHooks && { hooks: args.namespaceHooks }),
    });
    this.registerOutputs({ namespace: this.namespace });
  }

  /**
   * Makes its Service.
   *
   * @param opts.dependsOn the route, where one leads to the Service's pods: a pod is out of the route before it is out of the Service
   */
  serve(spec: OwnServiceSpec, { dependsOn, hooks }: ServeOptions = {}): k8s.core.v1.Service {
    return new k8s.core.v1.Service(`${this.#name}-service`, renderService(spec), {
      parent: this,
      dependsOn: [this.namespace, ...(dependsOn ?? [])],
      ...(hooks && { hooks }),
    });
  }
}

interface ServeOptions {
  readonly dependsOn?: readonly pulumi.Input<pulumi.Resource>[];
  readonly hooks?: pulumi.ResourceHookBinding | undefined;
}
