import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type RouteSpec, renderDestinationRule, renderGateway, renderVirtualService } from "./render-weighted-route.ts";

/**
 * The split of an application's traffic between its two versions, by Istio's weights. A new weight changes the VirtualService and
 * nothing else. Give the workloads as `dependsOn`: then no traffic is sent to a version before its pods are ready, and the route goes
 * first when the lab is taken down.
 */
export class WeightedRoute extends pulumi.ComponentResource {
  readonly virtualService: k8s.apiextensions.CustomResource;

  constructor(name: string, spec: RouteSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:traffic:WeightedRoute", name, {}, opts);
    const create = (role: string, manifest: k8s.apiextensions.CustomResourceArgs, dependsOn: pulumi.Resource[] = []) =>
      new k8s.apiextensions.CustomResource(`${name}-${role}`, manifest, { parent: this, dependsOn });
    const subsets = create("destination-rule", renderDestinationRule(spec));
    const gateway = create("gateway", renderGateway(spec));
    this.virtualService = create("virtual-service", renderVirtualService(spec), [subsets, gateway]);
    this.registerOutputs();
  }
}
