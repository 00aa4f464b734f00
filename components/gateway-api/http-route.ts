import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { toWeight } from "../../canary/weight.ts";
import { type HostedInputs, rendered } from "../inputs.ts";
import { hostOf } from "../names.ts";
import { renderApiGateway, renderHttpRoute } from "./render-http-route.ts";

export interface HttpRouteArgs extends HostedInputs {
  /** Percent of the requests that the canary gets, an integer from 0 to 100. */
  readonly canaryWeight: pulumi.Input<number>;
}

/**
 * The split of an application's traffic by the weights of an HTTPRoute, for callers in the mesh and through a gateway of its own. The
 * definitions of the Gateway API come before it: give them, and the workloads, as `dependsOn`. `hooks` are the HTTPRoute's.
 *
 * @throws RangeError where the weight is not an integer from 0 to 100
 */
export class HttpRoute extends pulumi.ComponentResource {
  /** The host that the gateway answers to. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: HttpRouteArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:gateway-api:HttpRoute", name, {}, opts);
    const { app, namespace, host, canaryWeight } = args;
    const at = { app, namespace, host };
    const custom = { apiVersion: "gateway.networking.k8s.io/v1" } as const;
    const gateway = new k8s.apiextensions.CustomResource(
      `${name}-gateway`,
      { ...rendered(at, renderApiGateway), ...custom, kind: "Gateway" },
      { parent: this },
    );
    const route = rendered({ ...at, canaryWeight }, (spec) =>
      renderHttpRoute({ ...spec, canaryWeight: toWeight(spec.canaryWeight) }),
    );
    new k8s.apiextensions.CustomResource(
      `${name}-route`,
      { ...route, ...custom, kind: "HTTPRoute" },
      { parent: this, dependsOn: gateway, hooks },
    );
    this.host = pulumi.output(at).apply(hostOf);
    this.registerOutputs({ host: this.host });
  }
}
