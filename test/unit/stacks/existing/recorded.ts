import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Deployment,
  ExistingObjects,
  Meta,
  Prometheus,
  Selector,
  Service,
} from "../../../../stacks/existing/objects.ts";

type Istio = Pick<ExistingObjects, "webhooks" | "istiods" | "ztunnels" | "services">;

/** The ways to install Istio 1.29.1 that were recorded. */
export type Installation = "istioctl" | "istioctl-revision" | "helm" | "helm-tag" | "ambient" | "demo";

/**
 * Of Istio: `istioctl manifest generate` with its default profile, with `--set revision=1-29-1`, and with the profiles ambient and demo; and
 * `helm template` of the charts istiod and gateway, plain, and with `revision=1-29-1` and `revisionTags={prod}`. Of Argo Rollouts and the
 * Gateway API: the manifests of their modules. Only the fields that are read were kept.
 */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8")) as Record<
  Installation,
  Istio
> & { readonly rollouts: Deployment; readonly httpRoutes: Meta };

export const { rollouts, httpRoutes } = recorded;

/** A cluster with this Istio and nothing else. */
export const clusterWith = (installation: Installation, more: Partial<ExistingObjects> = {}): ExistingObjects => ({
  namespaces: [],
  prometheuses: [],
  rollouts: [],
  httpRoutes: undefined,
  ...recorded[installation],
  ...more,
});

/** Two installations in one cluster. */
export const together = (...all: readonly ExistingObjects[]): ExistingObjects => ({
  namespaces: all.flatMap(({ namespaces }) => namespaces),
  webhooks: all.flatMap(({ webhooks }) => webhooks),
  istiods: all.flatMap(({ istiods }) => istiods),
  ztunnels: all.flatMap(({ ztunnels }) => ztunnels),
  services: all.flatMap(({ services }) => services),
  prometheuses: all.flatMap(({ prometheuses }) => prometheuses),
  rollouts: all.flatMap(({ rollouts }) => rollouts),
  httpRoutes: all.find((one) => one.httpRoutes)?.httpRoutes,
});

const ofRelease = (release: string): Selector => ({ matchLabels: { release } });

/** What the chart kube-prometheus-stack 77 makes with its defaults, as far as it is read. */
export function kubePrometheusStack(
  release = "kps",
  namespace = "observability",
  spec: Partial<Prometheus["spec"]> = {},
): { readonly prometheus: Prometheus; readonly services: readonly Service[] } {
  const name = `${release}-kube-prometheus-stack-prometheus`;
  const selector = { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": name };
  return {
    prometheus: {
      metadata: { name, namespace },
      spec: {
        version: "v3.5.0",
        portName: "http-web",
        ruleSelector: ofRelease(release),
        ruleNamespaceSelector: {},
        podMonitorSelector: ofRelease(release),
        podMonitorNamespaceSelector: {},
        ...spec,
      },
    },
    services: [
      {
        metadata: { name: "prometheus-operated", namespace },
        spec: { clusterIP: "None", selector, ports: [{ name: "http-web", port: 9090, targetPort: "http-web" }] },
      },
      {
        metadata: { name, namespace },
        spec: {
          selector,
          ports: [
            { name: "http-web", port: 9090, targetPort: 9090 },
            { name: "reloader-web", port: 8080, targetPort: "reloader-web" },
          ],
        },
      },
    ],
  };
}
