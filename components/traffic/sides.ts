import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { versions } from "../names.ts";
import { renderDestinationRule, renderSideService, type SidesSpec } from "./render-sides.ts";

/**
 * The names under which routes find the sides of an application: a subset and a Service each. They are there in every strategy, for a
 * sidecar that forgets a name before it forgets the route to it answers 503. Where one workload runs, make it depend on them; where
 * each side has its own, make them depend on the workloads, so that no name ever stands for no pods.
 */
export class Sides extends pulumi.ComponentResource {
  constructor(name: string, spec: SidesSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:traffic:Sides", name, {}, opts);
    new k8s.apiextensions.CustomResource(`${name}-destination-rule`, renderDestinationRule(spec), {
      parent: this,
      // Added by the rollout controller; after a refresh it would be taken for drift.
      ignoreChanges: spec.toldApartBy === "revision" ? ['spec.subsets[*].labels["rollouts-pod-template-hash"]'] : [],
      // Labs that were made when it still was the route's child.
      aliases: [{ parent: pulumi.createUrn(name, "canary-lab:traffic:WeightedRoute") }],
    });
    for (const [side, version] of Object.entries(versions)) {
      new k8s.core.v1.Service(`${name}-${side}-service`, renderSideService(spec, version), { parent: this });
    }
    this.registerOutputs();
  }
}
