import { gatewayHost } from "../../components/names.ts";
import { activeService, previewService } from "../../components/rollout/render-rollout-blue-green.ts";
import { RolloutBlueGreen } from "../../components/rollout/rollout-blue-green.ts";
import { analysisOf } from "../../components/slo/analysis.ts";
import { Sides } from "../../components/traffic/sides.ts";
import { WeightedRoute } from "../../components/traffic/weighted-route.ts";
import { named } from "../application-scope.ts";
import { firstRevisionGuard } from "../live/first-revision.ts";
import { together } from "../live/hook-bindings.ts";
import { previewGuard } from "../live/rollout-guard.ts";
import { askedRollout, revisionReference, type Strategy } from "./strategy.ts";

/** One Rollout with two colours; its pods run the canary's image while a release is under way, and the stable one otherwise. */
export const rolloutBlueGreen: Strategy = ({ config, live, platform, shared }) => {
  const { app, namespace, replicas, canaryEnabled, imagePullSecret, imagePlatform, service } = config;
  const { images, inside } = shared;
  const { prePromotionAnalysis, postPromotionAnalysis, ...options } = config.blueGreen;
  const sides = new Sides(named("route"), { app, namespace, toldApartBy: "nothing" }, inside);
  const reference = revisionReference(config);
  const own = live.client && {
    ...firstRevisionGuard(config.strategy, canaryEnabled),
    beforeUpdate: [previewGuard(live.client, askedRollout(config))],
  };
  const hooks = together(own, live.canaryHooks);
  // What callers see of each colour, so that nothing is asked of the application itself.
  const analysis = (host: string) => analysisOf(app, { host, subset: "" }, "step");
  const colours = new RolloutBlueGreen(
    named("blue-green"),
    {
      app,
      namespace,
      replicas,
      image: images.canary ?? images.stable,
      imagePullSecret,
      imagePlatform,
      service,
      reference,
      ...options,
      ...(prePromotionAnalysis && { prePromotionAnalysis: analysis(previewService(app)) }),
      ...(postPromotionAnalysis && { postPromotionAnalysis: analysis(activeService(app)) }),
    },
    { ...inside, dependsOn: [...inside.dependsOn, sides], hooks },
  );
  const route = new WeightedRoute(
    named("route"),
    { app, namespace, mode: "rollout-blue-green", ingressLabels: platform.facts.ingress?.labels },
    { ...inside, dependsOn: colours },
  );
  return { canaryShare: undefined, gateway: gatewayHost(app, namespace), rollout: colours.rollout, route };
};
