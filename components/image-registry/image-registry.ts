import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createPlatformNamespace, type PlatformOwner } from "../platform-namespace.ts";
import { followedByProgram } from "../workload/deployment.ts";
import {
  type ImageRegistrySpec,
  renderMirror,
  renderNotes,
  renderRegistry,
  renderRegistryConfig,
  renderRegistryPolicy,
  renderRegistryService,
} from "./render-image-registry.ts";

export interface ImageRegistryArgs extends ImageRegistrySpec {
  readonly owner?: PlatformOwner;
  /** Run before the Deployment is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
  /** The same of the DaemonSet. */
  readonly mirrorHooks?: pulumi.ResourceHookBinding;
  /** There when the Deployment's pod serves. @default at once */
  readonly served?: (deployment: k8s.apps.v1.Deployment) => Promise<unknown>;
}

/** A port of the node is what Kubernetes' policies call privileged, whoever opens it. */
const podSecurity = { "pod-security.kubernetes.io/enforce": "privileged" };

/** A registry inside a cluster, which each node finds on its own loopback: images get there without a registry elsewhere. */
export class ImageRegistry extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  readonly mirror: k8s.apps.v1.DaemonSet;

  constructor(name: string, args: ImageRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { owner, hooks, mirrorHooks, served, ...spec } = args;
    super("canary-lab:image-registry:ImageRegistry", name, {}, opts);
    const parent = { parent: this };
    const namespace = createPlatformNamespace(`${name}-namespace`, spec.namespace, owner, parent, podSecurity);
    const inside = { parent: this, dependsOn: [namespace as pulumi.Resource] };
    const followed = <Manifest extends { readonly metadata: object }>(manifest: Manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, annotations: followedByProgram },
    });
    new k8s.core.v1.ConfigMap(`${name}-notes`, renderNotes(spec), inside);
    new k8s.networking.v1.NetworkPolicy(`${name}-policy`, renderRegistryPolicy(spec), inside);
    const config = new k8s.core.v1.ConfigMap(`${name}-config`, renderRegistryConfig(spec), inside);
    const service = new k8s.core.v1.Service(`${name}-service`, renderRegistryService(spec), inside);
    this.deployment = new k8s.apps.v1.Deployment(`${name}-deployment`, followed(renderRegistry(spec)), {
      ...inside,
      dependsOn: [config, service],
      ...(hooks && { hooks }),
    });
    // A mirror whose registry does not answer ends at once.
    const before = served?.(this.deployment).then(() => this.deployment) ?? this.deployment;
    this.mirror = new k8s.apps.v1.DaemonSet(`${name}-mirror`, followed(renderMirror(spec)), {
      ...inside,
      dependsOn: before,
      ...(mirrorHooks && { hooks: mirrorHooks }),
    });
    this.registerOutputs();
  }
}
