import type { PodClient } from "@canary-lab/kit/kube/client";
import { replicaSetPath } from "../../cluster/kube/paths.ts";

/** What is noted on a ReplicaSet so that its controller looks at it. */
export const retryAnnotation = "canary-lab/retried";

/**
 * Has a ReplicaSet whose pods were refused make them again at once: its controller looks at one that has changed immediately, and
 * else after a pause that doubles with each refusal, up to 1000 s (the rate limiter of Kubernetes' work queues).
 */
export async function retryPods(
  client: Pick<PodClient, "patch">,
  namespace: string,
  replicaSet: string,
): Promise<void> {
  const annotations = { [retryAnnotation]: new Date().toISOString() };
  await client.patch(replicaSetPath(namespace, replicaSet), { metadata: { annotations } });
}
