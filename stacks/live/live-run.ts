import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type * as pulumi from "@pulumi/pulumi";
import type { ReleaseGuard } from "./release-guard.ts";

/** What only a real run has: under a test's mocks there are no hooks, and no cluster to ask. */
export interface LiveRun {
  readonly namespaceHooks?: pulumi.ResourceHookBinding;
  readonly client?: ClusterClient;
  /** Only of a strategy with two Deployments and a share that the config says. */
  readonly guard?: ReleaseGuard;
}
