import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type HostedInputs, rendered } from "../inputs.ts";
import { hostOf, versions } from "../names.ts";
import { renderIngress } from "./render-ingress.ts";

export interface HeaderIngressArgs extends HostedInputs {
  /** Without it the header leads nowhere else than to the stable side. Plain, for it decides whether the canary has an Ingress. */
  readonly canaryEnabled: boolean;
}

/**
 * A canary for those who ask for it by header, through ingress-nginx, which must be in the cluster: the lab does not install it. `hooks` are
 * those of the canary's Ingress.
 */
export class HeaderIngress extends pulumi.ComponentResource {
  /** The host that the ingress answers to. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: HeaderIngressArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:nginx-header:HeaderIngress", name, {}, opts);
    const { canaryEnabled, ...application } = args;
    for (const [side, version] of Object.entries(versions)) {
      const isCanary = version === versions.canary;
      if (isCanary && !canaryEnabled) continue;
      const ingress = rendered(application, (spec) => renderIngress(spec, version));
      new k8s.networking.v1.Ingress(`${name}-${side}`, ingress, { parent: this, ...(isCanary && { hooks }) });
    }
    this.host = pulumi.output(application).apply(hostOf);
    this.registerOutputs({ host: this.host });
  }
}
