import { sideServiceName, versions } from "../names.ts";
import type { PolicySpec } from "./rules.ts";

/** How a kind of route writes its rules. */
export interface RouteFields {
  readonly rules: string;
  readonly matches: string;
  readonly targets: string;
  /** What a target without a weight weighs. */
  readonly unweighted: number;
  /** CEL: what a target `d` leads to. */
  readonly leadsTo: string;
}

/**
 * `rules`: each rule that leads somewhere; `now` and `was`: the canary's share in percent by each rule that is for all requests, of the
 * object and of the one that it replaces. A rule each of whose matches wants a header is for those who ask for it.
 */
export const routeVariables = ({ rules, matches, targets, unweighted, leadsTo }: RouteFields, { app }: PolicySpec) => {
  const rulesOf = (object: string) => `dyn(${object}).spec.?${rules}.orValue([]).filter(r, r.?${targets}.hasValue())`;
  const isForAll = `(size(r.?${matches}.orValue([])) == 0 || r.${matches}.exists(m, size(m.?headers.orValue([])) == 0))`;
  const names = JSON.stringify([versions.canary, sideServiceName(app, versions.canary)]);
  const weight = `size(r.${targets}) == 1 ? 100 : int(d.?weight.orValue(${unweighted}))`;
  const shares = (list: string) =>
    `${list}.filter(r, ${isForAll}).map(r, r.${targets}.filter(d, ${leadsTo} in ${names}).map(d, ${weight}).sum())`;
  return {
    rules: rulesOf("object"),
    now: shares("variables.rules"),
    was: `oldObject == null ? [] : ${shares(rulesOf("oldObject"))}`,
  };
};

export const virtualServiceFields: RouteFields = {
  rules: "http",
  matches: "match",
  targets: "route",
  unweighted: 0,
  leadsTo: "d.destination.?subset.orValue(d.destination.host)",
};

export const httpRouteFields: RouteFields = {
  rules: "rules",
  matches: "matches",
  targets: "backendRefs",
  unweighted: 1,
  leadsTo: "d.name",
};
