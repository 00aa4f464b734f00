import { describe, expect, test } from "@jest/globals";
import { statusFindings } from "../../../../../canaryctl/src/commands/status-findings.ts";
import type { ClusterFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { httpRouteFacts, ingressFacts, routeFacts } from "../../../../../canaryctl/src/doctor/objects.ts";
import { renderHttpRoute } from "../../../../../components/gateway-api/render-http-route.ts";
import { renderIngress } from "../../../../../components/nginx-header/render-ingress.ts";
import { renderBlueGreenRoute } from "../../../../../components/rollout/render-rollout-blue-green.ts";
import { renderRestingRoute } from "../../../../../components/rollout/render-rollout-canary.ts";
import { renderVirtualService } from "../../../../../components/traffic/render-weighted-route.ts";
import { sampleConfig } from "../../../stacks/sample-config.ts";
import { factsOf, finding, ids, wholeLab, wholeState } from "../recorded.ts";

const { app, namespace } = sampleConfig;
const config = { app, namespace, canaryWeight: 10 as typeof sampleConfig.canaryWeight };
type Strategy = "istio" | "gateway-api" | "nginx-header" | "rollout-canary" | "rollout-blue-green" | "replica-ratio";

/** Written by the program, or by somebody else since. */
const metadata = (name: string, fields: readonly string[] = [], manager = "canary-lab", change: object = {}) => ({
  name,
  namespace,
  creationTimestamp: "2026-01-02T00:00:00Z",
  managedFields: [
    {
      manager,
      time: "2026-01-03T00:00:00Z",
      fieldsV1: { "f:spec": Object.fromEntries(fields.map((f) => [`f:${f}`, {}])) },
    },
  ],
  ...change,
});
const factsFor = (strategy: Strategy, cluster: Partial<ClusterFacts>, facts = {}) =>
  factsOf({ config: { strategy }, cluster: { namespace: { ...labelled, strategy }, ...cluster }, facts });
const {
  strategy: _,
  note: __,
  ...labelled
} = wholeLab.namespace ?? { labels: {}, isGoing: false, strategy: undefined };
const about = (strategy: Strategy, cluster: Partial<ClusterFacts>, word: RegExp) =>
  ids(factsFor(strategy, cluster)).filter((id) => word.test(id));

const httpRoute = (name: string, spec: object = {}, meta: object = {}) =>
  httpRouteFacts({
    metadata: { ...metadata(name), ...meta },
    spec: { parentRefs: renderHttpRoute(config).spec.parentRefs as never, ...spec },
  });
const older = { creationTimestamp: "2026-01-01T00:00:00Z" };

describe("a second HTTPRoute", () => {
  const own = httpRoute(app);
  const rivals = (strategy: Strategy, ...others: ReturnType<typeof httpRoute>[]) =>
    about(strategy, { httpRoutes: [own, ...others] }, /rival\/HTTPRoute/);
  const gateway = { name: `${app}-gateway` };
  const service = { group: "", kind: "Service", name: app };

  test("of the same Gateway or Service is named with its age, and with the command that takes it away", () => {
    expect(rivals("gateway-api")).toEqual([]);
    expect(rivals("gateway-api", httpRoute("other"))).toEqual([`error rival/HTTPRoute/${namespace}/other`]);
    const facts = factsFor("gateway-api", { httpRoutes: [own, httpRoute("other", {}, older)] });
    expect(finding(facts, `rival/HTTPRoute/${namespace}/other`)).toMatchObject({
      what: expect.stringMatching(
        /attached to Gateway .*-gateway and Service .* too: .* older route, which is this one\.$/,
      ),
      evidence: ["its host names: all; made 2026-01-01T00:00:00Z, ours 2026-01-02T00:00:00Z"],
      mend: [`kubectl -n ${namespace} delete httproute other`],
    });
    const found = statusFindings(facts, facts.cluster as ClusterFacts, []).map(({ id, next }) => [id, next]);
    expect(found).toContainEqual([
      `rival/HTTPRoute/${namespace}/other`,
      `kubectl -n ${namespace} delete httproute other`,
    ]);
  });

  test.each<[string, object, object, readonly string[]]>([
    ["a host name that overlaps", { parentRefs: [gateway], hostnames: [`*.${namespace}.test`] }, {}, ["error"]],
    ["another host name", { parentRefs: [gateway], hostnames: ["shop.example"] }, {}, []],
    ["another Gateway", { parentRefs: [{ name: "shared" }] }, {}, []],
    ["another listener", { parentRefs: [{ ...gateway, sectionName: "https" }] }, {}, []],
    ["another port", { parentRefs: [{ ...service, port: 9090 }] }, {}, []],
    ["the Service, whatever its host names", { parentRefs: [service], hostnames: ["shop.example"] }, {}, ["error"]],
    ["another Service", { parentRefs: [{ ...service, name: "other" }] }, {}, []],
    ["the Gateway from another namespace", { parentRefs: [{ ...gateway, namespace }] }, { namespace: "team-b" }, []],
    [
      "the Service from another namespace",
      { parentRefs: [{ ...service, namespace }] },
      { namespace: "team-b" },
      ["warning"],
    ],
  ])("with %s", (_, spec, meta, severities) => {
    const found = rivals("gateway-api", httpRoute("other", spec, meta));
    expect(found.map((id) => id.split(" ")[0])).toEqual(severities);
  });

  test("of the Service is a rival under every strategy, and one of a Gateway that is not there is none", () => {
    for (const strategy of ["istio", "replica-ratio", "rollout-blue-green"] as const) {
      const of = (parent: object) =>
        about(strategy, { httpRoutes: [httpRoute("other", { parentRefs: [parent] })] }, /rival\/HTTP/);
      expect(of(service)).toEqual([`error rival/HTTPRoute/${namespace}/other`]);
      expect(of(gateway)).toEqual([]);
    }
  });
});

describe("a second Ingress", () => {
  const ingress = (name: string, change: object = {}, meta: object = {}) =>
    ingressFacts({
      metadata: { ...metadata(name), ...meta },
      spec: { ...renderIngress(config, "v1").spec, ...change },
    });
  const own = [ingress(`${app}-v1`), ingress(`${app}-v2`)];
  const rivals = (strategy: Strategy, ...others: ReturnType<typeof ingress>[]) =>
    about(strategy, { ingresses: [...own, ...others] }, /rival\/Ingress/);

  test("of the same class, host and path is named, in any namespace", () => {
    expect(rivals("nginx-header")).toEqual([]);
    expect(rivals("nginx-header", ingress("other", {}, { namespace: "team-b" }))).toEqual([
      "error rival/Ingress/team-b/other",
    ]);
    const byAnnotation = { annotations: { "kubernetes.io/ingress.class": "nginx" }, ...older };
    const facts = factsFor("nginx-header", {
      ingresses: [...own, ingress("other", { ingressClassName: undefined }, byAnnotation)],
    });
    expect(finding(facts, `rival/Ingress/${namespace}/other`)).toMatchObject({
      what: expect.stringContaining("it wins, and"),
      evidence: [expect.stringMatching(/path \/; made 2026-01-01T00:00:00Z, ours 2026-01-02T00:00:00Z$/)],
      mend: [`kubectl -n ${namespace} delete ingress other`],
    });
  });

  test("of another class, host or path is none, and neither is one under another strategy", () => {
    const [rule] = renderIngress(config, "v1").spec.rules;
    expect(rivals("nginx-header", ingress("other", { ingressClassName: "traefik" }))).toEqual([]);
    expect(rivals("nginx-header", ingress("other", { rules: [{ ...rule, host: "shop.example" }] }))).toEqual([]);
    const elsewhere = { ...rule, http: { paths: [{ path: "/shop" }] } };
    expect(rivals("nginx-header", ingress("other", { rules: [elsewhere] }))).toEqual([]);
    expect(rivals("istio", ingress("other"))).toEqual([]);
  });
});

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
