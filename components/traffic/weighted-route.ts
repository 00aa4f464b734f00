import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type GatewaySpec, type RouteOwner, renderGateway, type VirtualService } from "./render-weighted-route.ts";

export interface WeightedRouteArgs extends GatewaySpec {
  /** With `rollout-controller`, `spec.http` is written once, when the route is made, and left to the controller from then on. */
  readonly owner: RouteOwner;
  readonly virtualService: VirtualService;
  /** Run before the VirtualService is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/**
 * The way of an application's requests, in the mesh and through the ingress gateway: by weights between subsets, or whole to one host.
 * A new weight changes the VirtualService and nothing else. Give the workloads as `dependsOn`: then no traffic is sent to a version
 * before its pods are ready, and the route goes first when the lab is taken down.
 */
export class WeightedRoute extends pulumi.ComponentResource {
  readonly virtualService: k8s.apiextensions.CustomResource;

  constructor(name: string, args: WeightedRouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:traffic:WeightedRoute", name, {}, opts);
    const gateway = new k8s.apiextensions.CustomResource(`${name}-gateway`, renderGateway(args), { parent: this });
    this.virtualService = new k8s.apiextensions.CustomResource(`${name}-virtual-service`, args.virtualService, {
      parent: this,
      dependsOn: gateway,
      ...(args.hooks && { hooks: args.hooks }),
      ignoreChanges: args.owner === "rollout-controller" ? ["spec.http"] : [],
    });
    this.registerOutputs();
  }
}
