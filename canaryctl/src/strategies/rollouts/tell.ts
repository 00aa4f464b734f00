import { rolloutPath } from "../../../../cluster/kube/paths.ts";
import type { Lab } from "../../lab.ts";

/** Tells the controller what to do with a release: it takes its orders from the status of the Rollout. */
export async function tellController({ cluster, config }: Lab, status: object): Promise<void> {
  await cluster.patch(`${rolloutPath(config.namespace, config.app)}/status`, { status });
}

/** Ends a pause that stands in the spec. */
export async function unpauseSpec({ cluster, config }: Lab): Promise<void> {
  await cluster.patch(rolloutPath(config.namespace, config.app), { spec: { paused: false } });
}
