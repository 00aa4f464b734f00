import type * as pulumi from "@pulumi/pulumi";
import type { EchoApplication } from "./workload/echo-application.ts";

/** Who moves the traffic of a release; only that one may change the weights. */
export type TrafficOwner = "pulumi" | "rollout-controller" | "deployment-controller" | "ingress";

/** What every way to release gives back, so that a stack changes its strategy by config. */
export interface StrategyOutputs {
  readonly owner: TrafficOwner;
  /**
   * Percent of the requests that really go to the canary. Undefined where no number in the config says so: a controller moves it, or
   * a header decides for each request.
   */
  readonly canaryShare: pulumi.Output<number> | undefined;
  /** The hosts that answer: for callers in the cluster, and through a gateway or an ingress where the strategy has one. */
  readonly hosts: { readonly service: string; readonly gateway: string | undefined };
}

/** What every strategy stands on. It is the same object, with the same URN, in all of them. */
export interface SharedResources {
  /** The namespace, labelled for sidecars, and the Service over the pods of all versions. */
  readonly application: EchoApplication;
  /** The image of each side that runs; by digest where it was built here. */
  readonly images: { readonly stable: pulumi.Output<string>; readonly canary: pulumi.Output<string> | undefined };
  /** Options for what goes into the namespace. */
  readonly inside: { readonly provider: pulumi.ProviderResource; readonly dependsOn: pulumi.Resource };
}
