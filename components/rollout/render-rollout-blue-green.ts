import type { ApplicationName } from "../../canary/application-name.ts";
import { toWeight } from "../../canary/weight.ts";
import type { HostedApplication } from "../names.ts";
import { type HttpRoute, renderRoute, retries, type VirtualService } from "../traffic/render-weighted-route.ts";
import { canaryHeader, weightedRule } from "../traffic/route-rules.ts";
import { renderRollout } from "./render-rollout.ts";
import type { BlueGreenStrategy, OwnPods, RolloutBlueGreenOptions, RolloutManifest } from "./rollout-types.ts";

/** Two colours of one application: the active one answers, the preview is looked at first. */
export interface RolloutBlueGreenSpec extends ApplicationName, RolloutBlueGreenOptions {
  /** Pods of the active colour, at least 1. */
  readonly replicas: number;
  readonly pods: OwnPods;
  /** The image as the config names it. */
  readonly reference: string;
}

export const activeService = (app: string): string => `${app}-active`;
export const previewService = (app: string): string => `${app}-preview`;

export function renderRolloutBlueGreen(
  spec: RolloutBlueGreenSpec,
): RolloutManifest<{ readonly blueGreen: BlueGreenStrategy }> {
  const { app, namespace, replicas, pods, reference, ...options } = spec;
  const blueGreen: BlueGreenStrategy = {
    activeService: activeService(app),
    previewService: previewService(app),
    activeMetadata: { labels: { role: "active" } },
    previewMetadata: { labels: { role: "preview" } },
    ...options,
  };
  return renderRollout({ app, namespace, replicas, pods, reference, strategy: { blueGreen } });
}

/**
 * The route of a blue-green application: all requests go to the active colour, and those with the canary's header to the preview,
 * which is the active one as well while nothing is released. It never changes: the controller moves the Services' selectors. After an
 * abort it leaves the preview where it is: when its pods are gone, the header is answered with 503 until a retry or a rollback.
 *
 * The Services of the sides go on selecting both colours. Were the active Service, or the application's own, the only one that selects a
 * pod, the old pods' sidecars would forget it at the switch, while callers still send to them, and answer 503.
 */
export function renderBlueGreenRoute(spec: HostedApplication): VirtualService {
  const to = (host: string): Pick<HttpRoute, "route" | "retries"> => ({
    route: [{ destination: { host }, weight: toWeight(100) }],
    retries,
  });
  const { name, exact } = canaryHeader;
  return renderRoute(spec, [
    { name: "targeted", match: [{ headers: { [name]: { exact } } }], ...to(previewService(spec.app)) },
    { name: weightedRule, ...to(activeService(spec.app)) },
  ]);
}
