import { type HostedApplication, hostOf, servicePort, sideServiceName, type Version, versions } from "../names.ts";
import { routeMetadata } from "../traffic/route-metadata.ts";
import { canaryHeader } from "../traffic/route-rules.ts";

/** The IngressClass of ingress-nginx, as its own manifests name it. */
export const ingressClassName = "nginx";

/** What ingress-nginx reads: of two Ingresses for a host and path, the one marked as canary gets the requests with the header. */
export const canaryAnnotations = {
  "nginx.ingress.kubernetes.io/canary": "true",
  "nginx.ingress.kubernetes.io/canary-by-header": "X-Canary",
  "nginx.ingress.kubernetes.io/canary-by-header-value": canaryHeader.exact,
};

/** The Ingress of one side: requests with the header `X-Canary: v2` are the canary's, all others the stable side's. */
export function renderIngress(spec: HostedApplication, version: Version) {
  const { annotations, ...metadata } = routeMetadata(spec, sideServiceName(spec.app, version));
  const service = { name: sideServiceName(spec.app, version), port: { number: servicePort } };
  return {
    metadata: {
      ...metadata,
      annotations: {
        ...annotations,
        // On a local cluster no load balancer ever gives it an address, which is what would be waited for.
        "pulumi.com/skipAwait": "true",
        ...(version === versions.canary && canaryAnnotations),
      },
    },
    spec: {
      ingressClassName,
      rules: [
        {
          host: hostOf(spec),
          http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] },
        },
      ],
    },
  };
}
