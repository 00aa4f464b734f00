import { containerPort, servicePort } from "../names.ts";

/** What all versions of an application share. */
export interface ApplicationSpec {
  readonly app: string;
  readonly namespace: string;
}

/** Pods that are created in a namespace with this label get a sidecar, those that are already there do not. */
export const renderNamespace = (spec: ApplicationSpec) => ({
  metadata: { name: spec.namespace, labels: { "istio-injection": "enabled" } },
});

/** One Service for both versions: which of them answers is the route's business, so the selector names none. */
export const renderService = (spec: ApplicationSpec) => ({
  metadata: { name: spec.app, namespace: spec.namespace, labels: { app: spec.app } },
  spec: {
    selector: { app: spec.app },
    ports: [{ name: "http", port: servicePort, targetPort: containerPort, protocol: "TCP" }],
  },
});
