import { factsOf } from "../canary/strategies.ts";
import { reportedVersion } from "../components/image/render-built-image.ts";
import type { IsolationArgs } from "../components/isolation/isolation.ts";
import { podSecurityLabels } from "../components/isolation/pod-security.ts";
import { portOf } from "../components/workload/service-spec.ts";
import type { LabConfig } from "./config/schema.ts";
import { isJudged } from "./judged.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import { isOwner, rolloutsScope } from "./platform-parts.ts";
import { quantitiesOf, roomOf } from "./release-room.ts";
import { metricsOf, metricsPortOf } from "./service-metrics.ts";

/** What a stack's namespace is kept apart by; undefined where its isolation is off. */
export function isolationOf(config: LabConfig, facts: PlatformFacts): IsolationArgs | undefined {
  const { app, namespace, isolation, stableImage, canaryImage } = config;
  if (isolation.mode === "off") return undefined;
  const ingress = facts.ingress ? [facts.ingress.namespace] : [];
  const callers = [...new Set([namespace, ...ingress, ...(isolation.callers ?? [])])];
  const takesFaults = [stableImage, canaryImage].some((image) => reportedVersion(image) !== undefined);
  return {
    app,
    namespace,
    room: quantitiesOf(roomOf(config)),
    isEgressClosed: closesSidecars(config),
    ...(isolation.networkPolicies && { network: networkOf(config, facts, callers) }),
    priority: isolation.priority,
    mutualTls: isolation.mutualTls,
    callers,
    ...(config.monitoring && { scraped: scrapedOf(config) }),
    ...(takesFaults && { faultsPort: portOf(config) }),
  };
}

/** Where the service may reach addresses of its own, no sidecar knows them. */
const closesSidecars = ({ isolation: { networkPolicies, egress } }: Pick<LabConfig, "isolation">): boolean =>
  networkPolicies && egress === undefined;

function networkOf(config: LabConfig, facts: PlatformFacts, callers: readonly string[]): IsolationArgs["network"] {
  const { strategy, namespace, isolation } = config;
  const { entry } = factsOf(strategy);
  const monitoring = config.monitoring ? facts.monitoring : null;
  const metrics = metricsOf(config);
  const others = callers.map((caller) => caller.split("/")[0] as string).filter((name) => name !== namespace);
  return {
    from: entry === "ingress-controller" ? "any" : [...new Set(others)],
    controlPlane: facts.mesh.controlPlane.namespace,
    ...(monitoring &&
      metrics !== null && { scraper: { namespace: monitoring.namespace, port: metrics?.port ?? ("http" as const) } }),
    ...(monitoring && isJudged(config) && { judgeAsks: monitoring.namespace }),
    hasGateway: entry === "own-gateway",
    hasController: isOwner(config) && rolloutsScope(config) === "namespace",
    egress: isolation.egress ?? [],
  };
}

function scrapedOf(config: LabConfig): IsolationArgs["scraped"] {
  const port = metricsPortOf(config);
  return port === undefined ? undefined : { port, path: (metricsOf(config)?.path ?? "/metrics").replace(/\?.*/, "") };
}

/**
 * Labels of the application's namespace; none where its isolation is off. Nothing is refused where the mesh has no CNI agent: each strategy's
 * pods have a sidecar, and an init container that sets up their network for it, which neither `restricted` nor `baseline` lets in.
 */
export const isolationLabels = (
  { isolation }: Pick<LabConfig, "isolation">,
  { mesh }: Pick<PlatformFacts, "mesh">,
): Readonly<Record<string, string>> => (isolation.mode === "off" ? {} : podSecurityLabels(mesh.hasCni === true));

/** The kind of object that belongs to the whole cluster; none where the pods have no priority of their own. */
export const priorityObjects = ({
  isolation,
}: Pick<LabConfig, "isolation">): readonly { readonly resource: string }[] =>
  isolation.mode === "off" || isolation.priority === undefined
    ? []
    : [{ resource: "priorityclasses.scheduling.k8s.io" }];

/** The kinds of objects in the application's namespace; none where its isolation is off. */
export const isolationKinds = ({ isolation }: Pick<LabConfig, "isolation">): readonly string[] =>
  isolation.mode === "off"
    ? []
    : [
        ...(isolation.mutualTls === "strict" ? ["peerauthentications.security.istio.io"] : []),
        "authorizationpolicies.security.istio.io",
        ...(isolation.networkPolicies ? ["networkpolicies.networking.k8s.io"] : []),
        ...(closesSidecars({ isolation }) ? ["sidecars.networking.istio.io"] : []),
        "resourcequotas",
        "limitranges",
      ];
