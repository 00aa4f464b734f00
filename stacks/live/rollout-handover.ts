import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { Clock } from "@canary-lab/kit/until";
import type { ApplicationName } from "../../canary/application-name.ts";
import { routeUnrest } from "../../canary/rollout/rollout-route.ts";
import { readRollout } from "../../canary/rollout/rollout-status.ts";
import { rolloutLine, rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { destinationRulePath, rolloutPath, virtualServicePath } from "../../cluster/kube/paths.ts";
import { virtualServiceName } from "../../components/names.ts";
import { renderRestingRoute } from "../../components/rollout/render-rollout-canary.ts";
import { fieldManager } from "../../components/traffic/route-metadata.ts";
import { removeIdlePods } from "./idle-pods.ts";
import { type LiveRollout, type RoutedRollout, readLiveRollout } from "./rollout-live.ts";
import { waitUntilClear } from "./wait-until.ts";

/** What a Rollout that let go of its route had in its spec, as JSON. */
const leftAnnotation = "canary-lab/left";

type Client = Pick<ClusterClient, "get" | "patch">;

/**
 * Makes the Rollouts controller let go of an application's pods, route, Deployment and subsets, before another strategy takes them over.
 * The Rollout lives on with its pods until the new ones are ready; as long as it routes, the controller puts its revision back into
 * the subsets, which would then mean no pod of the new strategy. Afterwards each subset means every pod of the application.
 *
 * @throws UserError where a release is under way or its route does not come back
 */
export async function leaveRollout(
  client: Client,
  application: ApplicationName,
  say: (line: string) => void,
  clock?: Clock,
): Promise<void> {
  const { app, namespace } = application;
  const blocked = "The Rollout cannot let go of the route yet,";
  const waiting = { blocked, place: rolloutPlace({ app, namespace }), say, clock };
  const path = rolloutPath(namespace, app);
  let live: LiveRollout | undefined;
  const release = async () => {
    live = await readLiveRollout(client, application);
    return live && releaseUnderWay(live);
  };
  await waitUntilClear({ ...waiting, obstacle: release });
  if (!live) return;
  await removeIdlePods(client, application, live.rollout, { say, clock });
  const { trafficRouting, steps } = live.rollout.spec.strategy.canary ?? {};
  if (!trafficRouting) return;

  const { scaleDown } = live.rollout.spec.workloadRef ?? {};
  await client.patch(path, {
    metadata: { annotations: { [leftAnnotation]: JSON.stringify({ canary: { trafficRouting, steps }, scaleDown }) } },
    spec: {
      // Most steps are about the routing: with them the controller finds the Rollout invalid, and says so again and again.
      strategy: { canary: { trafficRouting: null, steps: null } },
      // Or it would take away the Deployment's pods again while they come back.
      ...(scaleDown && { workloadRef: { scaleDown: "never" } }),
    },
  });
  const unseen = async () => {
    const rollout = await client.get<RoutedRollout>(path);
    return !rollout || readRollout(rollout).isObserved ? undefined : "the controller has not looked at it yet";
  };
  await waitUntilClear({ ...waiting, obstacle: unseen });
  const { stableSubsetName, canarySubsetName, name } = trafficRouting.istio.destinationRule;
  const subsets = [stableSubsetName, canarySubsetName].map((subset) => ({ name: subset, labels: { app } }));
  await client.patch(destinationRulePath(namespace, name), { spec: { subsets } });
}

function releaseUnderWay({ rollout, route }: LiveRollout): string | undefined {
  if (!route) return undefined;
  const status = readRollout(rollout);
  return status.isFullyPromoted ? routeUnrest(route.objects, route.names) : rolloutLine(status);
}

/**
 * Prepares an application for its Rollout. A route that is there already begins at rest: Pulumi leaves it alone from now on, so rules of
 * a former strategy for a header or a cookie would stay for ever, and keep their users away from every canary. And what
 * {@link leaveRollout} did is taken back, where the update that it was done for did not get as far as removing the Rollout.
 */
export async function enterRollout(client: ClusterClient, { app, namespace }: ApplicationName): Promise<void> {
  const route = virtualServicePath(namespace, virtualServiceName(app));
  if (await client.get(route)) {
    await client.apply(route, renderRestingRoute({ app, namespace }), fieldManager);
  }
  const path = rolloutPath(namespace, app);
  const rollout = await client.get<RoutedRollout>(path);
  const left = rollout?.metadata.annotations?.[leftAnnotation];
  if (!left) return;
  const { canary, scaleDown } = JSON.parse(left) as { readonly canary: object; readonly scaleDown?: string };
  await client.patch(path, {
    metadata: { annotations: { [leftAnnotation]: null } },
    spec: { strategy: { canary }, ...(scaleDown && { workloadRef: { scaleDown } }) },
  });
}
