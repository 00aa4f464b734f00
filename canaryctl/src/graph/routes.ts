import { gatewayShares, istioShares } from "../../../components/traffic/target-shares.ts";
import { percent } from "../print.ts";
import type { GraphObjects, HttpRoute, Ingress, VirtualService } from "./objects.ts";

/** A route of any kind: whom it takes requests from, and where each of its rules sends them. */
export interface DrawnRoute {
  readonly kind: "VirtualService" | "HTTPRoute" | "Ingress";
  readonly name: string;
  readonly lines: readonly string[];
  readonly from: readonly Entry[];
  readonly to: readonly Target[];
}

interface Entry {
  readonly kind: "Gateway" | "Callers" | "IngressClass";
  readonly name: string;
}

interface Target {
  /** As the route names it: a Service of its own namespace, or a full name. */
  readonly host: string;
  readonly subset?: string;
  readonly label: string;
}

const meshCallers: Entry = { kind: "Callers", name: "in the mesh" };

/** The routes of a namespace. */
export const routesIn = ({
  virtualServices = [],
  httpRoutes = [],
  ingresses = [],
}: GraphObjects): readonly DrawnRoute[] => [
  ...virtualServices.map(virtualService),
  ...httpRoutes.map(httpRoute),
  ...ingresses.map(ingress),
];

function virtualService({ metadata, spec }: VirtualService): DrawnRoute {
  return {
    kind: "VirtualService",
    name: metadata.name,
    lines: spec.hosts ?? [],
    from: (spec.gateways ?? ["mesh"]).map((name) => (name === "mesh" ? meshCallers : { kind: "Gateway", name })),
    to: (spec.http ?? []).flatMap(({ name, match, route = [], mirror, mirrorPercentage }) => {
      const [header] = Object.entries(match?.[0]?.headers ?? {});
      const who = match && (header?.[1].exact ? `${header[0]}=${header[1].exact}` : (name ?? "some requests"));
      return [
        ...istioShares(route).map(({ destination, share }) => ({ ...destination, label: labelOf(who, share / 100) })),
        ...(mirror ? [{ ...mirror, label: `copies of ${percent((mirrorPercentage?.value ?? 100) / 100)}` }] : []),
      ];
    }),
  };
}

function httpRoute({ metadata, spec }: HttpRoute): DrawnRoute {
  return {
    kind: "HTTPRoute",
    name: metadata.name,
    lines: [],
    // A Service as a parent stands for the callers in the mesh who name it.
    from: (spec.parentRefs ?? []).map(({ kind = "Gateway", name, namespace }) =>
      kind === "Gateway" ? { kind, name: namespace === undefined ? name : `${namespace}/${name}` } : meshCallers,
    ),
    to: (spec.rules ?? []).flatMap(({ name, matches, backendRefs = [] }) => {
      const [header] = matches?.[0]?.headers ?? [];
      const isExact = header !== undefined && (header.type ?? "Exact") === "Exact";
      const who = isExact ? `${header.name}=${header.value}` : header && (name ?? "some requests");
      return gatewayShares(backendRefs).map(({ name: host, namespace, share }) => ({
        host: namespace === undefined ? host : `${host}.${namespace}.svc.cluster.local`,
        label: labelOf(who, share / 100),
      }));
    }),
  };
}

const nginx = "nginx.ingress.kubernetes.io/";

function ingress({ metadata, spec = {} }: Ingress): DrawnRoute {
  const { annotations = {} } = metadata;
  const header = annotations[`${nginx}canary-by-header`];
  const label = header ? `${header}=${annotations[`${nginx}canary-by-header-value`] ?? "always"}` : "all others";
  const rules = spec.rules ?? [];
  return {
    kind: "Ingress",
    name: metadata.name,
    lines: rules.flatMap(({ host }) => host ?? []),
    from: [{ kind: "IngressClass", name: spec.ingressClassName ?? "default" }],
    to: rules.flatMap(({ http }) =>
      (http?.paths ?? []).flatMap(({ backend }) => (backend.service ? [{ host: backend.service.name, label }] : [])),
    ),
  };
}

/** Of a rule for some requests only, `who` they are; all of them go to its one target, which needs no number. */
function labelOf(who: string | undefined, share: number): string {
  if (who === undefined) return percent(share);
  return share === 1 ? who : `${who}: ${percent(share)}`;
}
