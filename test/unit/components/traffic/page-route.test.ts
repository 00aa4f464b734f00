import { expect, test } from "@jest/globals";
import { routeFacts } from "../../../../canaryctl/src/doctor/route-objects.ts";
import { gatewayHost } from "../../../../components/names.ts";
import { renderPageRoute } from "../../../../components/traffic/render-page-route.ts";
import { renderGateway } from "../../../../components/traffic/render-weighted-route.ts";
import { faultsOf } from "../../../../policy/evaluate.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { about } from "../../canaryctl/doctor/checks/live-routes.ts";
import { wholeLab } from "../../canaryctl/doctor/recorded.ts";
import { application, strict } from "../../policy/cases.ts";

const spec = { ...application, ingressLabels: { istio: "ingress" }, server: { address: "198.18.0.1", port: 41234 } };
const [slice, service, gateway, route] = renderPageRoute(spec);
const labels = { app: "versioned-echo-ui", "app.kubernetes.io/managed-by": "canaryctl" };
const metadata = { name: "versioned-echo-ui", namespace: "canary-lab", labels };

test("leads by a Service without pods to the server, which is outside of the cluster", () => {
  expect(slice).toEqual({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...metadata,
      labels: {
        ...labels,
        "kubernetes.io/service-name": "versioned-echo-ui",
        "endpointslice.kubernetes.io/managed-by": "canaryctl",
      },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: 41234, protocol: "TCP" }],
    endpoints: [{ addresses: ["198.18.0.1"], conditions: { ready: true } }],
  });
  expect(service).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { ports: [{ name: "http", port: 80, protocol: "TCP" }] },
  });
});

test("has a Gateway of its own, for a host of its own, and takes the path of the page off", () => {
  expect(gateway).toEqual({
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata,
    spec: {
      selector: { istio: "ingress" },
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["versioned-echo.canary-lab.localhost"] },
      ],
    },
  });
  expect(route).toEqual({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata,
    spec: {
      hosts: ["versioned-echo.canary-lab.localhost"],
      gateways: ["versioned-echo-ui"],
      http: [
        {
          name: "page",
          match: [{ uri: { prefix: "/ui/" } }],
          rewrite: { uri: "/" },
          route: [{ destination: { host: "versioned-echo-ui", port: { number: 80 } } }],
          retries: { attempts: 0 },
        },
        { name: "folder", match: [{ uri: { exact: "/ui" } }], redirect: { uri: "/ui/", redirectCode: 302 } },
      ],
    },
  });
});

// Istio takes the servers of all Gateways for the same pods together: a host that is in both would be the route of neither.
test("shares no host with the application's own gateway", () => {
  const own = renderGateway(application).spec.servers.flatMap(({ hosts }) => hosts);
  expect(own).toEqual([gatewayHost(application.app, application.namespace)]);
  expect(gateway.spec.servers.flatMap(({ hosts }) => hosts).filter((host) => own.includes(host))).toEqual([]);
});

test("keeps the strictest policy of a namespace", () => {
  const { mode: _, ...settings } = parseConfig({ policy: strict }).policy;
  expect(faultsOf(renderPageRoute(spec), { ...application, settings })).toEqual([]);
});

test("is no rival of the application's route", () => {
  const created = { creationTimestamp: "2020-01-01T00:00:00Z" };
  const facts = (hosts: readonly string[]) =>
    routeFacts({ metadata: { ...route.metadata, ...created }, spec: { ...route.spec, hosts } } as never);
  const rivals = (hosts: readonly string[]) =>
    about("istio", { virtualServices: [...(wholeLab.virtualServices ?? []), facts(hosts)] }, /rival/);
  expect(rivals(route.spec.hosts)).toEqual([]);
  expect(rivals(["*"])).toEqual(["error rival/VirtualService/canary-lab/versioned-echo-ui"]);
});
