import { reportedVersion } from "../components/image/render-built-image.ts";
import type { IsolationArgs } from "../components/isolation/isolation.ts";
import { podSecurityLabels } from "../components/isolation/pod-security.ts";
import { portOf } from "../components/workload/service-spec.ts";
import type { LabConfig } from "./config/schema.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import { roomOf } from "./release-room.ts";
import { metricsOf, metricsPortOf } from "./service-metrics.ts";

/** What a stack's namespace is kept apart by; undefined where its isolation is off. */
export function isolationOf(config: LabConfig, facts: PlatformFacts): IsolationArgs | undefined {
  const { app, namespace, isolation, stableImage, canaryImage } = config;
  if (isolation.mode === "off") return undefined;
  const ingress = facts.ingress ? [facts.ingress.namespace] : [];
  const takesFaults = [stableImage, canaryImage].some((image) => reportedVersion(image) !== undefined);
  return {
    app,
    namespace,
    room: roomOf(config),
    mutualTls: isolation.mutualTls,
    callers: [...new Set([namespace, ...ingress, ...(isolation.callers ?? [])])],
    ...(config.monitoring && { scraped: scrapedOf(config) }),
    ...(takesFaults && { faultsPort: portOf(config) }),
  };
}

function scrapedOf(config: LabConfig): IsolationArgs["scraped"] {
  const port = metricsPortOf(config);
  return port === undefined ? undefined : { port, path: (metricsOf(config)?.path ?? "/metrics").replace(/\?.*/, "") };
}

/**
 * Labels of the application's namespace; none where its isolation is off. Nothing is refused: each strategy's pods have a sidecar, and an
 * init container that sets up their network for it, which neither `restricted` nor `baseline` lets in.
 */
export const isolationLabels = ({ isolation }: Pick<LabConfig, "isolation">): Readonly<Record<string, string>> =>
  isolation.mode === "off" ? {} : podSecurityLabels(false);

/** The kinds of objects in the application's namespace; none where its isolation is off. */
export const isolationKinds = ({ isolation }: Pick<LabConfig, "isolation">): readonly string[] =>
  isolation.mode === "off"
    ? []
    : [
        ...(isolation.mutualTls === "strict" ? ["peerauthentications.security.istio.io"] : []),
        "authorizationpolicies.security.istio.io",
        "resourcequotas",
        "limitranges",
      ];
