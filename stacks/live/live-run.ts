import type * as pulumi from "@pulumi/pulumi";
import type { ClusterClient } from "../../cluster/kube/client.ts";

/** What only a real run has: under a test's mocks there are no hooks, and no cluster to ask. */
export interface LiveRun {
  readonly namespaceHooks?: pulumi.ResourceHookBinding;
  readonly client?: ClusterClient;
}
