import type { PodClient } from "@canary-lab/kit/kube/client";
import type * as pulumi from "@pulumi/pulumi";
import type { BuiltHere } from "./image-deliverer.ts";
import type { ReleaseGuard } from "./release-guard.ts";
import type { ServiceGuard } from "./service-guard.ts";
import type { StartFollower } from "./start-follower.ts";

/** What only a real run has: under a test's mocks there are no hooks, and no cluster to ask. */
export interface LiveRun {
  readonly namespaceHooks?: pulumi.ResourceHookBinding;
  /** For the namespaces of a platform that the stack installs. */
  readonly platformHooks?: pulumi.ResourceHookBinding;
  /** For the components of that platform: it tells of pods that cannot pull while their release is waited for. */
  readonly releaseWatch?: pulumi.ResourceTransformation;
  readonly client?: PodClient;
  readonly starts?: StartFollower;
  /** Brings an image that was built here into the cluster's own registry: `ImageDeliverer.deliver`. */
  readonly deliver?: (image: BuiltHere) => Promise<string>;
  /** Only of a strategy with two Deployments and a share that the config says. */
  readonly guard?: ReleaseGuard;
  /** For the application's own Service, where pods may be taken out of it. */
  readonly service?: ServiceGuard;
  /** For what brings a canary where the config says no share: it is refused after a rollback that the update was overtaken by. */
  readonly canaryHooks?: pulumi.ResourceHookBinding;
}
