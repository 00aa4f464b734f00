import type { ApplicationName } from "../canary/application-name.ts";

/**
 * The label `version` of each side. These are the two slots of a release, not what an image calls itself: whatever image is tried
 * as the canary, it is `v2` while it is tried.
 */
export const versions = { stable: "v1", canary: "v2" } as const;
export type Version = (typeof versions)[keyof typeof versions];

/** What users type, derived from the application's name and namespace. */
export const deploymentName = (app: string, version: Version): string => `${app}-${version}`;
export const sideServiceName = deploymentName;
export const clientName = (app: string): string => `${app}-client`;
export const judgeName = (app: string): string => `${app}-judge`;
export const virtualServiceName = (app: string): string => `${app}-virtualservice`;
/** The ServiceAccount of whoever acts on an application from outside, by what they do: such as `versioned-echo-mover`. */
export const accountName = (app: string, role: string): string => `${app}-${role}`;
export const gatewayName = (app: string): string => `${app}-gateway`;

/** The host that the ingress gateway answers to; `.test` is reserved for this (RFC 2606), so it never leaves the lab. */
export const gatewayHost = (app: string, namespace: string): string => `${app}.${namespace}.test`;

/** An application and where it answers. */
export interface HostedApplication extends ApplicationName {
  /** The host that a gateway or an ingress answers to. Default: {@link gatewayHost}. */
  readonly host?: string | undefined;
}
export const hostOf = ({ app, namespace, host }: HostedApplication): string => host ?? gatewayHost(app, namespace);

/** What leads an ingress gateway to the live page. */
export const pageName = (app: string): string => `${app}-ui`;

/**
 * The host by which a gateway leads to the live page: another one than the application's, whose route it leaves alone. By `.localhost`
 * Chromium and Firefox come to the machine that they run on (RFC 6761), without a DNS and without a line in a hosts file.
 */
export const pageHost = (app: string, namespace: string): string => `${app}.${namespace}.localhost`;

/** The Service's port, whatever the container's is. */
export const servicePort = 80;

/** The port of the judge's pods and of its Service. */
export const judgePort = 8080;

/** The container's port by its name: so each pod is asked at its own, also while pods with another one are replaced. */
export const targetPort = "http";

/** The listener of the application's own Gateway, where the Gateway API leads to it. */
export const httpListener = { name: "http", port: 80 } as const;

/** The label by which the ingress gateway's pods are found. The chart makes it: the release's name without `istio-`. */
export const ingressRelease = "istio-ingress";
export const ingressLabels = { istio: "ingress" } as const;

/** The label of Argo Rollouts' Deployments and pods, by its chart and its published manifests alike. */
export const rolloutsLabel = { key: "app.kubernetes.io/name", value: "argo-rollouts" } as const;
export const rolloutsSelector = `${rolloutsLabel.key}=${rolloutsLabel.value}`;
export const rolloutsControllerSelector = `${rolloutsSelector},app.kubernetes.io/component=rollouts-controller`;
/** The controller may be in any namespace, and its Deployment may ask for no pods. */
export const showRolloutsPods = `kubectl get deployments,pods -A -l ${rolloutsSelector}`;

/** The ConfigMap that has the application's moves and releases. */
export const historyName = (app: string): string => `${app}-history`;

/** The note on that ConfigMap which each rollback leaves before it waits for anything: when, and of which process. */
export const rolledBackAnnotation = "canary-lab/rolled-back";

/** The Lease of who walks the application's plan. */
export const promotionName = (app: string): string => `${app}-promotion`;

/** The note on each namespace of the platform: the stack that installed it, by its full name. */
export const ownerAnnotation = "canary-lab/owner";
