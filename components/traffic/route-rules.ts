import { splitOf, toWeight, type Weight } from "../../canary/weight.ts";
import { versionOf } from "../image/image-version.ts";
import { type Version, versions } from "../names.ts";

/** What decides where a request of an application goes. */
export interface RoutingSpec {
  readonly canaryWeight: Weight;
  /** Name of the cookie that keeps a user on one side while the weight moves; none where it is left out or empty. */
  readonly stickyCookie?: string;
  /** Its version stands in the cookie of the canary's users: those of a release before are nobody's in this one. */
  readonly canaryImage?: string;
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

/**
 * The rules of an application, of the same number and order at any weight, so that a move of the traffic changes values only.
 *
 * Who asked for the canary, by header or by an earlier answer's cookie, reaches it while it has any share. At 0 nobody does: a
 * rollback is for everybody. In the same way the cookie of the stable side ends where the canary has everything. The header is for one
 * request and brings no cookie.
 */
export function routeRules({ canaryWeight, stickyCookie, canaryImage = "" }: RoutingSpec): readonly RouteRule[] {
  const split = splitOf(canaryWeight);
  const marks: Record<Version, string> = { v1: "stable", v2: `canary-${versionOf(canaryImage)}` };
  const marked = (version: Version, weight: Weight): WeightedTarget => ({
    version,
    weight,
    ...(stickyCookie && { setCookie: `${stickyCookie}=${marks[version]}; ${cookieAttributes}` }),
  });
  const ofCanary = canaryWeight > 0 ? versions.canary : versions.stable;
  const ofStable = canaryWeight < 100 ? versions.stable : versions.canary;
  const sticky = (name: string, cookie: string, of: Version, to: Version): RouteRule => ({
    name,
    header: cookieMatch(`${cookie}=${marks[of]}`),
    targets: [marked(to, whole)],
  });
  return [
    { name: "targeted", header: canaryHeader, targets: [{ version: ofCanary, weight: whole }] },
    ...(stickyCookie
      ? [
          sticky("sticky-canary", stickyCookie, versions.canary, ofCanary),
          sticky("sticky-stable", stickyCookie, versions.stable, ofStable),
        ]
      : []),
    { name: weightedRule, targets: [marked(versions.stable, split.stable), marked(versions.canary, split.canary)] },
  ];
}

const whole = toWeight(100);

/** A user stays on a side for a day. */
const cookieAttributes = "Path=/; Max-Age=86400; HttpOnly; SameSite=Lax";

/** A request names its cookies in one header, `a=1; b=2`, in any order. */
const cookieMatch = (cookie: string) => ({
  name: "cookie",
  regex: `(.*;\\s*)?${cookie.replace(/[.*+?^$|]/g, "\\$&")}(;.*)?`,
});
