import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type HttpRouteSpec, renderApiGateway, renderHttpRoute } from "./render-http-route.ts";

/**
 * The split of an application's traffic by the weights of an HTTPRoute, for callers in the mesh and through a gateway of its own. The
 * definitions of the Gateway API come before it: give them, and the workloads, as `dependsOn`.
 */
export class HttpRoute extends pulumi.ComponentResource {
  constructor(name: string, spec: HttpRouteSpec, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:gateway-api:HttpRoute", name, {}, opts);
    const gateway = new k8s.apiextensions.CustomResource(`${name}-gateway`, renderApiGateway(spec), { parent: this });
    new k8s.apiextensions.CustomResource(`${name}-route`, renderHttpRoute(spec), { parent: this, dependsOn: gateway });
    this.registerOutputs();
  }
}
