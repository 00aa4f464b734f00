import type { ApplicationName } from "../../canary/application-name.ts";
import { factsOf, type StrategyName } from "../../canary/strategies.ts";
import type { Weight } from "../../canary/weight.ts";
import { servicePort, targetPort, versions } from "../names.ts";
import { routeMetadata } from "../traffic/route-metadata.ts";
import type { Labels } from "./render-pod.ts";

/** What decides which pods the application's own Service selects. A `LabConfig` is one. */
export interface OwnServiceSpec extends ApplicationName {
  readonly strategy: StrategyName;
  readonly canaryWeight: Weight;
}

/**
 * The labels of the pods that the application's own Service selects. Callers in the mesh follow the route; for those outside the Service is
 * all there is, and each of its pods gets the same share. So the canary's pods are in it only while the canary has a share: a rollback, and
 * the isolation of a preview, are for everybody.
 */
export function servicePods({ app, strategy, canaryWeight }: Omit<OwnServiceSpec, "namespace">): Labels {
  const { servicePods: whose } = factsOf(strategy);
  if (whose === "active") return { app, role: "active" };
  const isStableOnly = whose === "stable" || (whose === "by-share" && canaryWeight === 0);
  return isStableOnly ? { app, version: versions.stable } : { app };
}

/** The application's own Service, as its strategy and the canary's share have it. */
export const renderService = (spec: OwnServiceSpec) => renderServiceOver(spec, servicePods(spec));

/** A Service over the pods of an application with these labels. The engine waits for none of them: who makes them knows whether they can start. */
export function renderServiceOver(spec: ApplicationName, selector: Labels) {
  const { annotations, ...metadata } = routeMetadata(spec, spec.app);
  return {
    metadata: { ...metadata, annotations: { ...annotations, "pulumi.com/skipAwait": "true" } },
    spec: { selector, ports: [{ name: "http", port: servicePort, targetPort, protocol: "TCP" }] },
  };
}
