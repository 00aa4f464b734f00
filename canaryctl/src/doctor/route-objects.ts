import { type Labels, type Meta, writerOf } from "./objects.ts";
import type { DestinationRuleFacts, HttpRouteFacts, IngressFacts, RouteFacts, RouteRuleFacts } from "./route-facts.ts";

export interface VirtualService extends Meta {
  readonly spec: {
    readonly hosts?: readonly string[];
    readonly gateways?: readonly string[];
    readonly http?: readonly RouteRuleFacts[];
  };
}

export const routeFacts = (route: VirtualService): RouteFacts => ({
  namespace: route.metadata.namespace ?? "",
  name: route.metadata.name,
  created: route.metadata.creationTimestamp ?? "",
  hosts: route.spec.hosts ?? [],
  gateways: route.spec.gateways ?? ["mesh"],
  http: (route.spec.http ?? []).map(({ name, match, route: targets }) => ({
    ...(name !== undefined && { name }),
    ...(match && { match }),
    ...(targets && {
      route: targets.map(({ destination, weight }) => ({ destination, ...(weight !== undefined && { weight }) })),
    }),
  })),
  writer: writerOf(route, "http"),
  object: { ...route },
});

interface HttpRoute extends Meta {
  readonly spec: {
    readonly hostnames?: readonly string[];
    readonly parentRefs?: readonly {
      readonly group?: string;
      readonly kind?: string;
      readonly namespace?: string;
      readonly name: string;
      readonly sectionName?: string;
      readonly port?: number;
    }[];
  };
}

export const httpRouteFacts = (route: HttpRoute): HttpRouteFacts => {
  const { namespace = "", name, creationTimestamp = "" } = route.metadata;
  return {
    namespace,
    name,
    created: creationTimestamp,
    hostnames: route.spec.hostnames ?? [],
    parents: (route.spec.parentRefs ?? []).map((parent) => ({
      group: "gateway.networking.k8s.io",
      kind: "Gateway",
      namespace,
      ...parent,
    })),
    object: { ...route },
  };
};

export interface Ingress extends Meta {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: { readonly paths?: readonly { readonly path?: string }[] };
    }[];
  };
}

export const ingressFacts = (ingress: Ingress): IngressFacts => {
  const { namespace = "", name, creationTimestamp = "", annotations = {} } = ingress.metadata;
  return {
    namespace,
    name,
    created: creationTimestamp,
    className: ingress.spec?.ingressClassName ?? annotations["kubernetes.io/ingress.class"],
    paths: (ingress.spec?.rules ?? []).flatMap(({ host = "", http }) =>
      (http?.paths ?? []).map(({ path = "/" }) => ({ host, path })),
    ),
    object: { ...ingress },
  };
};

export interface DestinationRule extends Meta {
  readonly spec: {
    readonly host?: string;
    readonly subsets?: readonly { readonly name: string; readonly labels?: Labels }[];
  };
}

export const destinationRuleFacts = ({ metadata, spec }: DestinationRule): DestinationRuleFacts => ({
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  host: spec.host ?? "",
  subsets: (spec.subsets ?? []).map(({ name, labels = {} }) => ({ name, labels })),
});
