import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import type { RolloutStatus } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutPath } from "../../../../cluster/kube/paths.ts";
import { imageAnnotation } from "../../../../components/image/image-version.ts";
import { fieldManager } from "../../../../components/traffic/route-metadata.ts";
import { imageOf } from "../../../../stacks/live/rollout-live.ts";
import type { Lab } from "../../lab.ts";
import { asWritten, readRevisions } from "../../traffic/replica-sets.ts";

/**
 * Gives a Rollout the template of its stable revision where the controller has not begun the present one, as while it has no route: an
 * abort says nothing of that one, and it would begin as soon as the route is there. A template that somebody else holds is left alone.
 */
export async function takeBackNotBegun(
  { cluster, config }: Lab,
  { spec: { template } }: RolloutObject,
  { hashes }: RolloutStatus,
): Promise<void> {
  if (!template) return;
  const revisions = await readRevisions(cluster, config);
  const [current, stable] = [hashes.current, hashes.stable].map((hash) => revisions.find((one) => one.hash === hash));
  if (!current || !stable || imageOf(current.template) === imageOf(template)) return;
  const { reference, template: former } = stable;
  const change = {
    ...(reference !== undefined && { metadata: { annotations: { [imageAnnotation]: reference } } }),
    spec: { template: asWritten(former) },
  };
  const path = rolloutPath(config.namespace, config.app);
  await cluster.patch(`${path}?${new URLSearchParams({ fieldManager })}`, change);
}
