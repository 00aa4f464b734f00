import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ApplicationInputs, rendered } from "../inputs.ts";
import { sideServiceName, versions } from "../names.ts";
import type { Labels } from "../workload/render-pod.ts";
import { renderDestinationRule, renderSideService, type ToldApartBy } from "./render-sides.ts";

export interface SidesArgs extends ApplicationInputs {
  /** Plain, for it decides what is left to a controller. */
  readonly toldApartBy: ToldApartBy;
  /**
   * Labels of the stable side's pods, all that they are selected by; they must leave out the canary's. Only where `toldApartBy` is `version`.
   * Default: the label `version` with the value v1, and `app`.
   */
  readonly stableLabels?: pulumi.Input<Labels>;
  /** As `stableLabels`, of the canary's pods. Default: the label `version` with the value v2, and `app`. */
  readonly canaryLabels?: pulumi.Input<Labels>;
}

/**
 * The names under which routes find the sides of an application: a subset and a Service each. They are there in every strategy, for a
 * sidecar that forgets a name before it forgets the route to it answers 503. Where one workload runs, make it depend on them; where
 * each side has its own, make them depend on the workloads, so that no name ever stands for no pods.
 *
 * The Services lead to the port that the pods call `http`; the subsets to the application's own Service, which is not made here.
 */
export class Sides extends pulumi.ComponentResource {
  /** Name of the Service over the stable side's pods alone. */
  readonly stableService: pulumi.Output<string>;
  /** Name of the Service over the canary's pods alone. */
  readonly canaryService: pulumi.Output<string>;

  constructor(name: string, args: SidesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:traffic:Sides", name, {}, opts);
    const { toldApartBy, ...inputs } = args;
    new k8s.apiextensions.CustomResource(
      `${name}-destination-rule`,
      {
        ...rendered(inputs, (spec) => renderDestinationRule({ ...spec, toldApartBy })),
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
      },
      {
        parent: this,
        // Added by the rollout controller; after a refresh it would be taken for drift.
        ignoreChanges: toldApartBy === "revision" ? ['spec.subsets[*].labels["rollouts-pod-template-hash"]'] : [],
        // Labs that were made when it still was the route's child.
        aliases: [{ parent: pulumi.createUrn(name, "canary-lab:traffic:WeightedRoute") }],
      },
    );
    for (const [side, version] of Object.entries(versions)) {
      const service = rendered(inputs, (spec) => renderSideService({ ...spec, toldApartBy }, version));
      new k8s.core.v1.Service(`${name}-${side}-service`, service, { parent: this });
    }
    const { app } = inputs;
    this.stableService = pulumi.output(app).apply((known) => sideServiceName(known, versions.stable));
    this.canaryService = pulumi.output(app).apply((known) => sideServiceName(known, versions.canary));
    this.registerOutputs({ stableService: this.stableService, canaryService: this.canaryService });
  }
}
