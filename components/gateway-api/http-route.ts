import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type HttpRouteSpec, renderApiGateway, renderHttpRoute } from "./render-http-route.ts";

export interface HttpRouteArgs extends HttpRouteSpec {
  /** Run before the HTTPRoute is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/**
 * The split of an application's traffic by the weights of an HTTPRoute, for callers in the mesh and through a gateway of its own. The
 * definitions of the Gateway API come before it: give them, and the workloads, as `dependsOn`.
 */
export class HttpRoute extends pulumi.ComponentResource {
  constructor(name: string, { hooks, ...spec }: HttpRouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:gateway-api:HttpRoute", name, {}, opts);
    const gateway = new k8s.apiextensions.CustomResource(`${name}-gateway`, renderApiGateway(spec), { parent: this });
    new k8s.apiextensions.CustomResource(`${name}-route`, renderHttpRoute(spec), {
      parent: this,
      dependsOn: gateway,
      ...(hooks && { hooks }),
    });
    this.registerOutputs();
  }
}
