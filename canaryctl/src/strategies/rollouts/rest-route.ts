import type { RolloutStatus } from "../../../../canary/rollout/rollout-status.ts";
import { destinationRulePath, virtualServicePath } from "../../../../cluster/kube/paths.ts";
import { versions, virtualServiceName } from "../../../../components/names.ts";
import { renderRestingRoute } from "../../../../components/rollout/render-rollout-canary.ts";
import { type DestinationRule, renderDestinationRule } from "../../../../components/traffic/render-sides.ts";
import { fieldManager } from "../../../../components/traffic/route-metadata.ts";
import type { Lab } from "../../lab.ts";
import type { Say } from "../strategy.ts";

/** What a Rollout with weights moves the traffic by. */
interface RouteParts {
  readonly route: object | undefined;
  readonly rule: object | undefined;
}

const pathsOf = ({ config: { app, namespace } }: Lab) => ({
  route: virtualServicePath(namespace, virtualServiceName(app)),
  rule: destinationRulePath(namespace, app),
});

export async function readRouteParts(lab: Lab): Promise<RouteParts> {
  const paths = pathsOf(lab);
  const [route, rule] = await Promise.all([lab.cluster.get<object>(paths.route), lab.cluster.get<object>(paths.rule)]);
  return { route, rule };
}

/** Blue-green moves by its Services. */
export const isGone = ({ config }: Lab, { route, rule }: RouteParts): boolean =>
  config.strategy === "rollout-canary" && !(route && rule);

/**
 * Puts back what is gone of it, with all traffic on the stable revision. The controller finds a Rollout invalid whose route is gone, and
 * moves nothing, while the requests go to the pods of all revisions alike.
 *
 * @param status of the Rollout; undefined where that is gone, too
 */
export async function restRoute(
  lab: Lab,
  parts: RouteParts,
  status: RolloutStatus | undefined,
  say: Say,
): Promise<void> {
  const paths = pathsOf(lab);
  if (!parts.rule) await lab.cluster.apply(paths.rule, ruleOf(lab, status), fieldManager); // the route leads by it
  if (!parts.route) await applyRestingRoute(lab);
  say("The route of the Rollout was gone: it is there again, and leads to the stable side.");
}

/** All traffic to the stable side, that of users who ask for the canary as well. */
export async function applyRestingRoute(lab: Lab): Promise<void> {
  const { app, namespace } = lab.config;
  await lab.cluster.apply(pathsOf(lab).route, renderRestingRoute({ app, namespace }), fieldManager);
}

/** The subsets with the revisions of the moment, as the controller writes them: else each would mean every pod until it looks. */
function ruleOf({ config: { app, namespace } }: Lab, status: RolloutStatus | undefined): DestinationRule {
  const rule = renderDestinationRule({ app, namespace, toldApartBy: "revision" });
  const hashes = { [versions.stable]: status?.hashes.stable, [versions.canary]: status?.hashes.current };
  const subsets = rule.spec.subsets.map(({ name, labels }) => {
    const hash = hashes[name];
    return { name, labels: hash ? { ...labels, "rollouts-pod-template-hash": hash } : labels };
  });
  return { ...rule, spec: { ...rule.spec, subsets } };
}
