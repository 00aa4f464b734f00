import { describe, expect, test } from "@jest/globals";
import { statusFindings } from "../../../../../canaryctl/src/commands/status-findings.ts";
import type { ClusterFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { ingressFacts } from "../../../../../canaryctl/src/doctor/route-objects.ts";
import { renderIngress } from "../../../../../components/nginx-header/render-ingress.ts";
import { finding } from "../recorded.ts";
import { about, app, config, factsFor, httpRoute, metadata, namespace, type Strategy } from "./live-routes.ts";

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

  test("is not the stack's own, which its present strategy made and a strategy that waits for an update has not", () => {
    const deployed = factsFor("gateway-api", {}).cluster?.namespace;
    const of = (strategy: Strategy) =>
      about(strategy, { httpRoutes: [own], namespace: { ...deployed, strategy: "gateway-api" } as never }, /rival/);
    for (const strategy of ["istio", "replica-ratio", "rollout-canary"] as const) expect(of(strategy)).toEqual([]);
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
