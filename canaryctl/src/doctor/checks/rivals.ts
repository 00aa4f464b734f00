import { gatewayHost, virtualServiceName } from "../../../../components/names.ts";
import { hasVirtualService, ownRoute } from "../expected.ts";
import type { ClusterFacts, Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { covers, fullName } from "../hosts.ts";
import { rivalHttpRoutes, rivalIngresses } from "./rival-routes.ts";

/** Other routes and rules for the application's host: of two, Istio takes the older, or parts of both. */
export function rivals(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { app, namespace, strategy } = config;
  const service = fullName(app, namespace);
  const hosts = [service, gatewayHost(app, namespace)];
  const own = ownRoute(cluster, config);
  // What is deployed by another strategy than the config asks for is the program's own still.
  const isChanging = (cluster.namespace?.strategy ?? strategy) !== strategy;
  const ownName = hasVirtualService(config) || isChanging ? virtualServiceName(app) : undefined;
  const routes = (cluster.virtualServices ?? [])
    .filter((route) => !(route.namespace === namespace && route.name === ownName))
    .filter((route) => route.hosts.some((host) => hosts.some((name) => covers(fullName(host, route.namespace), name))))
    .map((route): Finding => {
      const isOlder = !own || route.created < own.created;
      return {
        id: `rival/VirtualService/${route.namespace}/${route.name}`,
        severity: "error",
        what: `VirtualService ${route.namespace}/${route.name} claims the application's host too: ${isOlder ? "it wins, and the weights do nothing" : "it wins as soon as it is the older one"}.`,
        evidence: [
          `its hosts: ${route.hosts.join(", ")}; made ${route.created}${own ? `, ours ${own.created}` : `, and strategy ${strategy} has none`}`,
        ],
        mend: [`kubectl -n ${route.namespace} delete virtualservice ${route.name}`],
      };
    });
  const rules = (cluster.destinationRules ?? [])
    .filter((rule) => !(rule.namespace === namespace && rule.name === app))
    .filter((rule) => covers(fullName(rule.host, rule.namespace), service))
    .map(
      (rule): Finding => ({
        id: `rival/DestinationRule/${rule.namespace}/${rule.name}`,
        severity: rule.namespace === namespace ? "error" : "warning",
        what: `DestinationRule ${rule.namespace}/${rule.name} is about the application's host too: callers get parts of both.`,
        evidence: [`its host: ${rule.host}; its subsets: ${rule.subsets.map(({ name }) => name).join(", ") || "none"}`],
        mend: [`kubectl -n ${rule.namespace} delete destinationrule ${rule.name}`],
      }),
    );
  return [...routes, ...rules, ...rivalHttpRoutes(cluster, config), ...rivalIngresses(cluster, config)];
}
