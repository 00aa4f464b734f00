import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { versions } from "../names.ts";
import { renderIngress } from "./render-ingress.ts";

export interface HeaderIngressArgs extends ApplicationName {
  /** Without it the header leads nowhere else than to the stable side. */
  readonly canaryEnabled: boolean;
  /** Run before the Ingress of the canary is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** A canary for those who ask for it by header, through ingress-nginx, which must be in the cluster: the lab does not install it. */
export class HeaderIngress extends pulumi.ComponentResource {
  constructor(name: string, args: HeaderIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:nginx-header:HeaderIngress", name, {}, opts);
    const { canaryEnabled, hooks, ...spec } = args;
    for (const [side, version] of Object.entries(versions)) {
      const isCanary = version === versions.canary;
      if (isCanary && !canaryEnabled) continue;
      new k8s.networking.v1.Ingress(`${name}-${side}`, renderIngress(spec, version), {
        parent: this,
        ...(isCanary && hooks && { hooks }),
      });
    }
    this.registerOutputs();
  }
}
