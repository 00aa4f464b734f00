import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { toWeight } from "../../canary/weight.ts";
import { type HostedInputs, rendered } from "../inputs.ts";
import { hostOf } from "../names.ts";
import { renderBlueGreenRoute } from "../rollout/render-rollout-blue-green.ts";
import { renderRestingRoute } from "../rollout/render-rollout-canary.ts";
import type { Labels } from "../workload/render-pod.ts";
import { renderGateway, renderVirtualService } from "./render-weighted-route.ts";

/** What leads the requests of a route. */
export const RouteMode = {
  /** `canaryWeight`, by which Pulumi moves them. */
  weight: "weight",
  /** A Rollout with steps: its controller moves the weights. Pulumi writes `spec.http` when it makes the route, and not again. */
  rolloutCanary: "rollout-canary",
  /** A Rollout with two colours: all to the active Service, and those with the canary's header to the preview. */
  rolloutBlueGreen: "rollout-blue-green",
} as const;
export type RouteMode = (typeof RouteMode)[keyof typeof RouteMode];

export interface WeightedRouteArgs extends HostedInputs {
  /** Percent of the requests that the canary gets, an integer from 0 to 100; only for mode `weight`. Default: 0. */
  readonly canaryWeight?: pulumi.Input<number>;
  /** Name of the cookie that keeps a user on one side while the weight moves. Default, as for an empty name: none. */
  readonly stickyCookie?: pulumi.Input<string> | undefined;
  /** Its version stands in the cookie of the canary's users: those of a release before are nobody's in this one. Default: none. */
  readonly canaryImage?: pulumi.Input<string> | undefined;
  /** Labels of the pods of the ingress gateway. Default: `istio: ingress`. */
  readonly ingressLabels?: pulumi.Input<Labels> | undefined;
  /** Plain, for it decides what is left to a controller. Default: `weight`. */
  readonly mode?: RouteMode;
}

/**
 * The way of an application's requests, in the mesh and through the ingress gateway: by weights between the subsets that {@link Sides}
 * makes, or whole to one host. A new weight changes the VirtualService and nothing else. Give the workloads as `dependsOn`: then no traffic
 * is sent to a version before its pods are ready, and the route goes first when the lab is taken down. `hooks` are the VirtualService's.
 *
 * @throws RangeError where the weight is not an integer from 0 to 100
 */
export class WeightedRoute extends pulumi.ComponentResource {
  /** The host that the ingress gateway answers to. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: WeightedRouteArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:traffic:WeightedRoute", name, {}, opts);
    const { mode = RouteMode.weight, ingressLabels, canaryWeight = 0, ...route } = args;
    const { app, namespace, host } = route;
    const at = { app, namespace, host };
    const custom = { apiVersion: "networking.istio.io/v1" } as const;
    const gateway = new k8s.apiextensions.CustomResource(
      `${name}-gateway`,
      { ...rendered({ ...at, ingressLabels }, renderGateway), ...custom, kind: "Gateway" },
      { parent: this },
    );
    const byMode = {
      weight: () =>
        rendered({ ...route, canaryWeight }, (spec) =>
          renderVirtualService({ ...spec, canaryWeight: toWeight(spec.canaryWeight) }),
        ),
      "rollout-canary": () => rendered(at, renderRestingRoute),
      "rollout-blue-green": () => rendered(at, renderBlueGreenRoute),
    };
    new k8s.apiextensions.CustomResource(
      `${name}-virtual-service`,
      { ...byMode[mode](), ...custom, kind: "VirtualService" },
      {
        parent: this,
        dependsOn: gateway,
        hooks,
        ignoreChanges: mode === RouteMode.rolloutCanary ? ["spec.http"] : [],
      },
    );
    this.host = pulumi.output(at).apply(hostOf);
    this.registerOutputs({ host: this.host });
  }
}
