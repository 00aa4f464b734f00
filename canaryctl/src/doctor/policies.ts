import type { NetworkPolicyFacts, PolicyPeer, PolicyRule, QuotaFacts, Selector, ServiceFacts } from "./facts.ts";

interface Rule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly { readonly port?: number | string }[];
}

interface NetworkPolicy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

const ruleFacts = ({ from, to, ports }: Rule): PolicyRule => ({
  peers: from ?? to ?? [],
  ports: (ports ?? []).flatMap(({ port }) => port ?? []),
});

export const policyFacts = ({ metadata, spec }: NetworkPolicy): NetworkPolicyFacts => ({
  name: metadata.name,
  podSelector: spec.podSelector ?? {},
  types: spec.policyTypes ?? ["Ingress", ...(spec.egress ? ["Egress"] : [])],
  ingress: (spec.ingress ?? []).map(ruleFacts),
  egress: (spec.egress ?? []).map(ruleFacts),
});

interface Quota {
  readonly metadata: { readonly name: string };
  readonly status?: Partial<Pick<QuotaFacts, "hard" | "used">>;
}

export const quotaFacts = ({ metadata, status = {} }: Quota): QuotaFacts => ({
  name: metadata.name,
  hard: status.hard ?? {},
  used: status.used ?? {},
});

export interface Service {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly selector?: Readonly<Record<string, string>> };
}

export const serviceFacts = ({ metadata, spec }: Service): ServiceFacts => ({
  name: metadata.name,
  selector: spec.selector ?? {},
});

/** Whether labels are what a selector asks for; an empty one asks for nothing. */
export function matches(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined; // DoesNotExist
      }
    })
  );
}
