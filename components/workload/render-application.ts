import { containerPort, servicePort } from "../names.ts";

/** What all versions of an application share. */
export interface ApplicationSpec {
  readonly app: string;
  readonly namespace: string;
}

/** How an application is released. */
export interface ReleaseSpec extends ApplicationSpec {
  readonly strategy: string;
  readonly canaryEnabled: boolean;
  /** The config that is applied, as text; see `configAnnotation`. */
  readonly appliedConfig?: string;
}

/** The namespace says which strategy it is under and whether a release is on its way, so that a switch in the middle can be refused. */
export const strategyAnnotation = "canary-lab/strategy";
export const canaryAnnotation = "canary-lab/canary";
/** Holds the values of the config that was applied, as JSON: so a move of the traffic can leave a newer config alone. */
export const configAnnotation = "canary-lab/config";

/** Pods that are created in a namespace with this label get a sidecar, those that are already there do not. */
export const renderNamespace = (spec: ReleaseSpec) => ({
  metadata: {
    name: spec.namespace,
    labels: { "istio-injection": "enabled" },
    annotations: {
      [strategyAnnotation]: spec.strategy,
      [canaryAnnotation]: String(spec.canaryEnabled),
      ...(spec.appliedConfig && { [configAnnotation]: spec.appliedConfig }),
    },
  },
});

/** One Service for both versions: which of them answers is the route's business, so the selector names none. */
export const renderService = (spec: ApplicationSpec) => ({
  metadata: { name: spec.app, namespace: spec.namespace, labels: { app: spec.app } },
  spec: {
    selector: { app: spec.app },
    ports: [{ name: "http", port: servicePort, targetPort: containerPort, protocol: "TCP" }],
  },
});
