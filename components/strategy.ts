import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { EchoApplication } from "./workload/echo-application.ts";

/** What every way to release gives back, so that a stack changes its strategy by config. */
export interface StrategyOutputs {
  /**
   * Percent of the requests that really go to the canary. Undefined where no number in the config says so: a controller moves it, or
   * a header decides for each request.
   */
  readonly canaryShare: pulumi.Output<number> | undefined;
  /** The host that answers through a gateway or an ingress, where the strategy has one. */
  readonly gateway: string | undefined;
  /** The Rollout whose progress is followed, where there is one. */
  readonly rollout?: k8s.apiextensions.CustomResource;
  /** What leads requests to the pods of the application's Service, where they may be taken out of it. */
  readonly route?: pulumi.Resource;
}

/** What every strategy stands on. It is the same object, with the same URN, in all of them. */
export interface SharedResources {
  /** The namespace, labelled for sidecars, and the Service over the pods of all versions. */
  readonly application: EchoApplication;
  /** The image of each side that runs; by digest where it was built here. */
  readonly images: { readonly stable: pulumi.Output<string>; readonly canary: pulumi.Output<string> | undefined };
  /** Options for what goes into the namespace: it comes after what of the platform the stack needs. */
  readonly inside: { readonly provider: pulumi.ProviderResource; readonly dependsOn: pulumi.Resource[] };
}
