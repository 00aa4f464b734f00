import { factsOf } from "../../../../canary/strategies.ts";
import {
  gatewayHost,
  gatewayName,
  httpListener,
  servicePort,
  sideServiceName,
  versions,
} from "../../../../components/names.ts";
import { ingressClassName } from "../../../../components/nginx-header/render-ingress.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import type { ClusterFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { covers } from "../hosts.ts";
import type { DatedObject, HttpRouteFacts, ParentFacts } from "../route-facts.ts";

const isNamed = (one: DatedObject, namespace: string, name: string): boolean =>
  one.namespace === namespace && one.name === name;

const ages = (rival: DatedObject, own: DatedObject | undefined): string =>
  `made ${rival.created}${own ? `, ours ${own.created}` : ""}`;

/** Other HTTPRoutes of the application's Gateway, or of its Service, by which callers in the mesh go (GAMMA). */
export function rivalHttpRoutes(
  { httpRoutes = [], namespace: live }: ClusterFacts,
  config: LabConfig,
): readonly Finding[] {
  const { app, namespace, strategy } = config;
  const deployed = (live?.strategy ?? strategy) as LabConfig["strategy"];
  const isRouted = [strategy, deployed].some((one) => factsOf(one).entry === "own-gateway");
  const own = isRouted ? httpRoutes.find((one) => isNamed(one, namespace, app)) : undefined;
  return httpRoutes.flatMap((rival): readonly Finding[] => {
    const parents = rival.parents.filter((parent) => takesFrom(parent, rival, config));
    const [first] = parents;
    if (rival === own || !first) return [];
    const attached = [...new Set(parents.map(({ kind, name }) => `${kind} ${name}`))].join(" and ");
    // A route of another namespace is for callers there only.
    const isForAll = rival.namespace === namespace;
    return [
      {
        id: `rival/HTTPRoute/${rival.namespace}/${rival.name}`,
        severity: isForAll ? "error" : "warning",
        what: `HTTPRoute ${rival.namespace}/${rival.name} is attached to ${attached}${own ? " too" : ""}: ${effect(isForAll, own, rival)}.`,
        evidence: [`its host names: ${rival.hostnames.join(", ") || "all"}; ${ages(rival, own)}`],
        mend: [`kubectl -n ${rival.namespace} delete httproute ${rival.name}`],
      },
    ];
  });
}

/** By the Gateway API: the more specific match wins, and of equal ones that of the older route. */
function effect(isForAll: boolean, own: DatedObject | undefined, rival: HttpRouteFacts): string {
  if (!isForAll) return `callers in namespace ${rival.namespace} go by it`;
  if (!own) return "callers in the mesh may go by it, and not by the route of the release";
  const isOlder = rival.created < own.created;
  return `of two rules for a request the more specific one wins, else that of the older route, which is ${isOlder ? "this one" : "ours"}`;
}

function takesFrom(parent: ParentFacts, route: HttpRouteFacts, { app, namespace, strategy }: LabConfig): boolean {
  if (parent.namespace !== namespace) return false;
  if (parent.kind === "Service") {
    return parent.group === "" && parent.name === app && (parent.port ?? servicePort) === servicePort;
  }
  // Its listener takes routes of its own namespace only.
  const isOwnGateway = factsOf(strategy).entry === "own-gateway" && parent.name === gatewayName(app);
  const isListener =
    (parent.port ?? httpListener.port) === httpListener.port &&
    (parent.sectionName ?? httpListener.name) === httpListener.name;
  const host = gatewayHost(app, namespace);
  const isOfHost = route.hostnames.length === 0 || route.hostnames.some((name) => covers(name, host));
  return parent.kind === "Gateway" && isOwnGateway && isListener && isOfHost && route.namespace === namespace;
}

/** Other Ingresses of the class with the application's host and path: of two, ingress-nginx takes the older, and of two canaries one. */
export function rivalIngresses({ ingresses = [] }: ClusterFacts, config: LabConfig): readonly Finding[] {
  const { app, namespace, strategy } = config;
  if (factsOf(strategy).entry !== "ingress-controller") return [];
  const names = Object.values(versions).map((version) => sideServiceName(app, version));
  const own = ingresses.find((one) => isNamed(one, namespace, sideServiceName(app, versions.stable)));
  const host = gatewayHost(app, namespace);
  return ingresses
    .filter((one) => !names.some((name) => isNamed(one, namespace, name)))
    .filter((one) => one.className === ingressClassName)
    .filter(({ paths }) => paths.some((one) => one.host === host && one.path === "/"))
    .map((rival) => {
      const isOlder = !own || rival.created < own.created;
      return {
        id: `rival/Ingress/${rival.namespace}/${rival.name}`,
        severity: "error",
        what: `Ingress ${rival.namespace}/${rival.name} has the application's host and path too: ${isOlder ? "it wins, and the header X-Canary leads where it says" : "it wins as soon as it is the older one"}.`,
        evidence: [`class ${rival.className}, host ${host}, path /; ${ages(rival, own)}`],
        mend: [`kubectl -n ${rival.namespace} delete ingress ${rival.name}`],
      };
    });
}
