import type { ApplicationName } from "../../canary/application-name.ts";
import { pageHost, pageName, servicePort } from "../names.ts";

/** Which gateway leads to the live page of an application, and where that is served. */
export interface PageRouteSpec extends ApplicationName {
  /** Labels of the pods of the ingress gateway. */
  readonly ingressLabels: Readonly<Record<string, string>>;
  /** Outside of the cluster: an IPv4 address that pods reach. */
  readonly server: { readonly address: string; readonly port: number };
}

/** The path of the gateway at which the page is. */
export const pagePath = "/ui";

/**
 * The way from an ingress gateway to the live page, in the order in which it is made. Its label `app` is none of the application's, and no
 * object of the application is changed.
 */
export function renderPageRoute({ app, namespace, ingressLabels, server }: PageRouteSpec) {
  const name = pageName(app);
  const labels = { app: name, "app.kubernetes.io/managed-by": "canaryctl" };
  const metadata = { name, namespace, labels };
  const hosts = [pageHost(app, namespace)];
  const istio = { apiVersion: "networking.istio.io/v1", metadata } as const;
  return [
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        ...metadata,
        labels: {
          ...labels,
          "kubernetes.io/service-name": name,
          "endpointslice.kubernetes.io/managed-by": "canaryctl", // a controller of the cluster removes what it takes for its own
        },
      },
      addressType: "IPv4",
      ports: [{ name: "http", port: server.port, protocol: "TCP" }],
      endpoints: [{ addresses: [server.address], conditions: { ready: true } }],
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { ports: [{ name: "http", port: servicePort, protocol: "TCP" }] },
    },
    {
      ...istio,
      kind: "Gateway",
      spec: { selector: ingressLabels, servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts }] },
    },
    {
      ...istio,
      kind: "VirtualService",
      spec: {
        hosts,
        gateways: [name],
        http: [
          {
            name: "page",
            match: [{ uri: { prefix: `${pagePath}/` } }],
            rewrite: { uri: "/" },
            route: [{ destination: { host: name, port: { number: servicePort } } }],
            retries: { attempts: 0 }, // there is one server: that it is out of reach is told after one try
          },
          {
            // The page names what it loads by relative addresses. 302: a browser keeps a 301 for longer than the page is served.
            name: "folder",
            match: [{ uri: { exact: pagePath } }],
            redirect: { uri: `${pagePath}/`, redirectCode: 302 },
          },
        ],
      },
    },
  ] as const;
}
