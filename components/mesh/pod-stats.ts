import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ApplicationInputs, rendered } from "../inputs.ts";
import { renderPodStats } from "./render-pod-stats.ts";

/** Which application's pods are counted. */
export type PodStatsArgs = ApplicationInputs;

/** Has the callers' sidecars show Prometheus what they count of each pod, for where both sides of an application share its Service. */
export class PodStats extends pulumi.ComponentResource {
  constructor(name: string, args: PodStatsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:mesh:PodStats", name, {}, opts);
    const filter = {
      ...rendered(args, renderPodStats),
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
    };
    new k8s.apiextensions.CustomResource(`${name}-envoy-filter`, filter, { parent: this });
    this.registerOutputs();
  }
}
