import { describe, expect, test } from "@jest/globals";
import type { ClusterFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { ingressFacts, routeFacts } from "../../../../../canaryctl/src/doctor/route-objects.ts";
import { renderHttpRoute } from "../../../../../components/gateway-api/render-http-route.ts";
import { renderIngress } from "../../../../../components/nginx-header/render-ingress.ts";
import { renderBlueGreenRoute } from "../../../../../components/rollout/render-rollout-blue-green.ts";
import { renderRestingRoute } from "../../../../../components/rollout/render-rollout-canary.ts";
import { renderVirtualService } from "../../../../../components/traffic/render-weighted-route.ts";
import { factsOf, finding, ids, wholeLab, wholeState } from "../recorded.ts";
import { about, app, config, factsFor, httpRoute, metadata, namespace, type Strategy } from "./live-routes.ts";

describe("a route that was changed by hand", () => {
  const rendered = {
    istio: renderVirtualService(config),
    "rollout-canary": renderRestingRoute(config),
    "rollout-blue-green": renderBlueGreenRoute(config),
  };
  type Rule = { name?: string; route: { destination: object; weight: number }[]; [key: string]: unknown };
  /** The VirtualService of a strategy, as somebody else has left it. */
  const changed = (strategy: keyof typeof rendered, change: (http: Rule[]) => Rule[], manager = "kubectl-edit") => {
    const { spec, ...rest } = rendered[strategy];
    const http = change(JSON.parse(JSON.stringify(spec.http)));
    const meta = metadata(rest.metadata.name, ["http"], manager);
    return { virtualServices: [routeFacts({ ...rest, metadata: meta, spec: { ...spec, http: http as never } })] };
  };
  const drifted = (strategy: Strategy, cluster: Partial<ClusterFacts>) =>
    about(strategy, cluster, /route-drift|header-route/);
  const id = `error route-drift/VirtualService/${app}-virtualservice`;
  const strategies = Object.keys(rendered) as (keyof typeof rendered)[];

  test.each(strategies)("%s: as the program wrote it there is nothing to say", (strategy) => {
    expect(
      drifted(
        strategy,
        changed(strategy, (http) => http, "canary-lab"),
      ),
    ).toEqual([]);
    expect(
      drifted(
        strategy,
        changed(strategy, (http) => http),
      ),
    ).toEqual([]);
  });

  test.each(strategies)("%s: another host, a rule in front, or a redirect is told", (strategy) => {
    const changes: ((http: Rule[]) => Rule[])[] = [
      (http) => http.map((rule) => ({ ...rule, route: [{ destination: { host: "elsewhere" }, weight: 100 }] })),
      (http) => [{ route: [{ destination: { host: "elsewhere" }, weight: 100 }] }, ...http],
      (http) => http.map((rule) => ({ ...rule, fault: { abort: { httpStatus: 500, percentage: { value: 100 } } } })),
    ];
    for (const change of changes) expect(drifted(strategy, changed(strategy, change))).not.toEqual([]);
    expect(drifted(strategy, changed(strategy, changes[1] as (http: Rule[]) => Rule[]))).toEqual([id]);
  });

  test("of a blue-green names who wrote it, and is put back by an update, once", () => {
    const cluster = changed("rollout-blue-green", (http) => http.slice(1));
    const drift = [
      {
        kind: "VirtualService",
        id: `${namespace}/${app}-virtualservice`,
        isGone: false,
        fields: ["spec.http", "spec.hosts"],
      },
    ];
    const facts = factsFor("rollout-blue-green", cluster, { state: { ...wholeState, drift } });
    expect(ids(facts).filter((one) => one.includes("VirtualService"))).toEqual([id]);
    expect(finding(facts, `route-drift/VirtualService/${app}-virtualservice`)).toMatchObject({
      evidence: ["fields that differ: spec.http", "written by kubectl-edit at 2026-01-03T00:00:00Z"],
      mend: ["npx canaryctl up"],
      fix: { kind: "up" },
    });
  });

  test.each([
    [{ subset: "v1" }, "targeted leads to v1, should lead to v2"],
    [undefined, "targeted leads to v1 90 %, v2 10 %, should lead to v2"],
  ])("a route of targeted users that leads elsewhere is told in words", (elsewhere, text) => {
    const route = [
      { destination: { host: app, subset: "v1" }, weight: 90 },
      { destination: { host: app, subset: "v2" }, weight: 10 },
    ];
    const cluster = changed("istio", (http) =>
      http.map((rule) =>
        rule.name === "targeted"
          ? { ...rule, route: elsewhere ? [{ destination: { host: app, ...elsewhere }, weight: 100 }] : route }
          : rule,
      ),
    );
    expect(finding(factsFor("istio", cluster), "header-route/targeted")?.evidence).toContain(text);
  });

  test("config that waits for an update is no drift of the route", () => {
    const note = JSON.stringify({ strategy: "istio", canaryImage: "versioned-echo:v2" });
    const { labels = {} } = { ...wholeLab.namespace };
    const cluster = {
      ...changed("istio", (http) => http, "canary-lab"),
      namespace: { labels, strategy: "istio" as const, isGoing: false, note },
    };
    const pending = (config: object) =>
      ids(factsOf({ config: { ...config }, cluster })).filter((one) => /route-drift|header-route/.test(one));
    expect(pending({ stickyCookie: "side" })).toEqual([]);
    expect(pending({ stickyCookie: "side", canaryImage: "versioned-echo:v3" })).toEqual([]);
    expect(pending({ strategy: "rollout-blue-green" })).toEqual([]);
  });

  test("the weights and the routes of the Rollouts controller are its own", () => {
    const released = (http: Rule[]): Rule[] => {
      const [weighted] = http;
      const [stable, canary] = weighted?.route ?? [];
      const moved = [
        { ...stable, weight: 80 },
        { ...canary, weight: 20 },
      ] as Rule["route"];
      return [
        { name: "canary-header", route: moved },
        { ...weighted, route: moved },
      ];
    };
    expect(drifted("rollout-canary", changed("rollout-canary", released, "rollouts-controller"))).toEqual([]);
    const cluster = changed("rollout-canary", (http) => [{ name: "x", route: [] }, ...released(http)]);
    const [found] = [finding(factsFor("rollout-canary", cluster), id.replace("error ", ""))];
    expect(found?.fix).toBeUndefined();
    const patch = JSON.parse(/-p '(.*)'$/.exec(found?.mend[0] ?? "")?.[1] ?? "");
    expect(patch.spec.http.map(({ name }: Rule) => name)).toEqual(["canary-header", "weighted"]);
    expect(patch.spec.http[1].route.map(({ weight }: { weight: number }) => weight)).toEqual([80, 20]);
  });

  test("an HTTPRoute, without the fields that the API server fills in", () => {
    const path = { type: "PathPrefix", value: "/" };
    const rules = renderHttpRoute(config).spec.rules.map(({ matches = [{}], backendRefs, ...rule }) => ({
      ...rule,
      matches: matches.map((match) => ({ ...match, path })),
      backendRefs: backendRefs.map((backend) => ({ ...backend, group: "", kind: "Service" })),
    }));
    const live = (change: object) => ({
      httpRoutes: [httpRoute(app, { rules, ...change }, metadata(app, ["rules"], "kubectl-edit"))],
      httpRoute: { weights: { stable: 90, canary: 10 }, owner: "canary-lab" },
    });
    expect(drifted("gateway-api", live({}))).toEqual([]);
    const redirect = { type: "RequestRedirect", requestRedirect: { hostname: "elsewhere" } };
    for (const change of [
      { rules: rules.slice(1) },
      { rules: rules.map((rule) => ({ ...rule, filters: [redirect] })) },
      { parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "shared" }] },
    ])
      expect(drifted("gateway-api", live(change))).toEqual([`error route-drift/HTTPRoute/${app}`]);
  });

  test("an Ingress that leads elsewhere, or is no canary any more", () => {
    const live = (version: "v1" | "v2", spec: object = {}, annotations?: object) => {
      const wanted = renderIngress(config, version);
      const meta = {
        ...metadata(wanted.metadata.name),
        annotations: { ...wanted.metadata.annotations, ...annotations },
      };
      return ingressFacts({ metadata: meta, spec: { ...wanted.spec, ...spec } });
    };
    expect(drifted("nginx-header", { ingresses: [live("v1"), live("v2")] })).toEqual([]);
    const other = renderIngress(config, "v2").spec.rules;
    expect(drifted("nginx-header", { ingresses: [live("v1", { rules: other }), live("v2")] })).toEqual([
      `error route-drift/Ingress/${app}-v1`,
    ]);
    const off = { "nginx.ingress.kubernetes.io/canary": "false" };
    expect(drifted("nginx-header", { ingresses: [live("v1"), live("v2", {}, off)] })).toEqual([
      `error route-drift/Ingress/${app}-v2`,
    ]);
  });
});
