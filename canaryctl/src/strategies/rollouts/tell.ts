import { rolloutPath } from "../../../../cluster/kube/paths.ts";
import type { Lab } from "../../lab.ts";

/**
 * Tells the controller what to do with a release: it takes its orders from the status of the Rollout.
 *
 * @param resourceVersion of the Rollout that the order is for
 * @throws ApiError 409 where it has changed since
 */
export async function tellController(
  { cluster, config }: Lab,
  status: object,
  resourceVersion?: string,
): Promise<void> {
  const metadata = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
  await cluster.patch(`${rolloutPath(config.namespace, config.app)}/status`, { ...metadata, status });
}

/** Ends a pause that stands in the spec. */
export async function unpauseSpec({ cluster, config }: Lab): Promise<void> {
  await cluster.patch(rolloutPath(config.namespace, config.app), { spec: { paused: false } });
}
