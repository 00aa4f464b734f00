import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renderDestinationRule, type SubsetSpec } from "./render-weighted-route.ts";

/**
 * The names under which routes find the sides of an application. Make the pods depend on it: then it goes only when the pods are gone,
 * seconds after the route, and no sidecar forgets a subset that its route still names, which would be answered with 503.
 */
export class Subsets extends pulumi.ComponentResource {
  readonly destinationRule: k8s.apiextensions.CustomResource;

  constructor(name: string, spec: SubsetSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:traffic:Subsets", name, {}, opts);
    this.destinationRule = new k8s.apiextensions.CustomResource(
      `${name}-destination-rule`,
      renderDestinationRule(spec),
      {
        parent: this,
        // Where the controller tells the subsets apart, by a label that it adds, all of them are its.
        ignoreChanges: spec.owner === "rollout-controller" ? ["spec.subsets"] : [],
        // Labs that were made when it still was the route's child.
        aliases: [{ parent: pulumi.createUrn(name, "canary-lab:traffic:WeightedRoute") }],
      },
    );
    this.registerOutputs();
  }
}
