import { splitOf, type Weight } from "../../canary/weight.ts";
import { type Version, versions } from "../names.ts";

/** What decides where a request of an application goes. */
export interface RoutingSpec {
  readonly canaryWeight: Weight;
  /** Name of the cookie that keeps a user on one side while the weight moves; none where it is left out or empty. */
  readonly stickyCookie?: string;
}

export interface WeightedTarget {
  readonly version: Version;
  /** Percent; the weights of one rule sum to 100. */
  readonly weight: Weight;
  /** What the answers of this target set as `Set-Cookie`. */
  readonly setCookie?: string;
}

/** One line of the list that a request is held against, first match first. */
export interface RouteRule {
  readonly name: string;
  /** The requests that it is for: those whose header has the value, or matches the whole regular expression (RE2). All, where undefined. */
  readonly header?: { readonly name: string } & ({ readonly exact: string } | { readonly regex: string });
  readonly targets: readonly [WeightedTarget] | readonly [WeightedTarget, WeightedTarget];
}

/** Requests with this header are for the canary, whatever its weight. HTTP/2, and so every proxy, has names in lower case. */
export const canaryHeader = { name: "x-canary", exact: versions.canary } as const;

/** The rule whose weights are those of the release: readers of a route find it by this name. */
export const weightedRule = "weighted";

/** How long a user stays on a side, in seconds: a day. */
const cookieSeconds = 86_400;

/**
 * The rules of an application, of the same number and order at any weight, so that a move of the traffic changes values only.
 *
 * Who asked for the canary, by header or by an earlier answer's cookie, reaches it while it has any share. At 0 nobody does: a
 * rollback is for everybody. In the same way the cookie of the stable side ends where the canary has everything.
 */
export function routeRules({ canaryWeight, stickyCookie }: RoutingSpec): readonly RouteRule[] {
  const { stable, canary } = splitOf(canaryWeight);
  const target = (version: Version, weight: number): WeightedTarget => ({
    version,
    weight: weight as Weight,
    ...(stickyCookie && { setCookie: cookieOf(stickyCookie, version) }),
  });
  const whole = (version: Version) => [target(version, 100)] as const;
  const ofCanary = whole(canaryWeight > 0 ? versions.canary : versions.stable);
  const ofStable = whole(canaryWeight < 100 ? versions.stable : versions.canary);
  const sticky = (cookie: string): readonly RouteRule[] => [
    { name: "sticky-canary", header: cookieMatch(cookie, versions.canary), targets: ofCanary },
    { name: "sticky-stable", header: cookieMatch(cookie, versions.stable), targets: ofStable },
  ];
  return [
    { name: "targeted", header: canaryHeader, targets: ofCanary },
    ...(stickyCookie ? sticky(stickyCookie) : []),
    { name: weightedRule, targets: [target(versions.stable, stable), target(versions.canary, canary)] },
  ];
}

const cookieOf = (name: string, version: Version): string =>
  `${name}=${version}; Path=/; Max-Age=${cookieSeconds}; HttpOnly; SameSite=Lax`;

/** A request names its cookies in one header, `a=1; b=2`, in any order. */
const cookieMatch = (name: string, version: Version) => ({
  name: "cookie",
  regex: `(.*;\\s*)?${name.replace(/[.*+?^$|]/g, "\\$&")}=${version}(;.*)?`,
});
