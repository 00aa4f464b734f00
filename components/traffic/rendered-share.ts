import { weightedRule } from "./route-rules.ts";
import { gatewayShares, istioShares } from "./target-shares.ts";

interface Rule {
  readonly name?: string;
  readonly route?: readonly { readonly weight?: number }[];
  readonly backendRefs?: readonly { readonly weight?: number }[];
}

/** The canary's share, in percent, by a VirtualService or an HTTPRoute of ours: that of the second target of the rule with weights. */
export function canaryShareIn(route: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const { http, rules } = (route?.spec ?? {}) as { readonly http?: readonly Rule[]; readonly rules?: readonly Rule[] };
  const rule = (http ?? rules)?.find(({ name }) => name === weightedRule);
  return (http ? istioShares(rule?.route ?? []) : gatewayShares(rule?.backendRefs ?? [])).at(1)?.share;
}
