import type { AddOn } from "../add-ons.ts";
import type { Tools } from "../toolchain/tools.ts";
import type { ImageSpec } from "./image.ts";

/** User `nobody` of the upstream images, and the one that Argo's run as; charts ask for a user that is not root, by number. */
const nobody = "65534:65534";
const argo = "999";

/**
 * The images that an add-on needs. Static programs that stand alone, at upstream's paths and with upstream's entry
 * points: charts and the Prometheus operator give arguments only.
 */
export function platformImages(tools: Tools, addOn: AddOn): readonly ImageSpec[] {
  return imagesByAddOn(tools)[addOn] ?? [];
}

function imagesByAddOn(tools: Tools): Readonly<Partial<Record<AddOn, readonly ImageSpec[]>>> {
  const { istio, rollouts, prometheus, prometheusOperator } = tools.versions;
  return {
    "istio-cni": [
      {
        name: `docker.io/istio/install-cni:${istio}`,
        description: `canary-lab: Istio's CNI agent and plugin ${istio}, built from their Go module, on Debian`,
        // The agent mends pods with iptables, and copies the plugin from where it stands to the node.
        layers: [
          { tar: tools.baseRootfs },
          {
            files: [
              { from: tools.istioCni, to: "/opt/cni/bin/istio-cni" },
              { from: tools.installCni, to: "/usr/local/bin/install-cni" },
            ],
          },
        ],
        command: ["/usr/local/bin/install-cni"],
      },
    ],
    monitoring: [
      {
        name: `quay.io/prometheus/prometheus:v${prometheus}`,
        description: `canary-lab: Prometheus ${prometheus} without its pages, built from its Go module`,
        layers: [
          {
            files: [
              { from: tools.prometheus, to: "/bin/prometheus" },
              { from: tools.promtool, to: "/bin/promtool" },
            ],
          },
        ],
        entrypoint: ["/bin/prometheus"],
        user: nobody,
      },
      {
        name: `quay.io/prometheus-operator/prometheus-operator:v${prometheusOperator}`,
        description: `canary-lab: Prometheus operator ${prometheusOperator}, built from its Go module`,
        layers: [{ files: [{ from: tools.prometheusOperator, to: "/bin/operator" }] }],
        entrypoint: ["/bin/operator"],
        user: nobody,
      },
      {
        name: `quay.io/prometheus-operator/prometheus-config-reloader:v${prometheusOperator}`,
        description: `canary-lab: reloader of Prometheus' config ${prometheusOperator}, built from its Go module`,
        layers: [{ files: [{ from: tools.configReloader, to: "/bin/prometheus-config-reloader" }] }],
        entrypoint: ["/bin/prometheus-config-reloader"],
        user: nobody,
      },
    ],
    rollouts: [
      {
        name: `quay.io/argoproj/argo-rollouts:v${rollouts}`,
        description: `canary-lab: Argo Rollouts controller ${rollouts}, built from its Go module`,
        layers: [{ files: [{ from: tools.rolloutsController, to: "/bin/rollouts-controller" }] }],
        entrypoint: ["/bin/rollouts-controller"],
        user: argo,
      },
      {
        name: `quay.io/argoproj/kubectl-argo-rollouts:v${rollouts}`,
        description: `canary-lab: Argo Rollouts kubectl plugin ${rollouts} without the dashboard's pages, built from its Go module`,
        layers: [{ files: [{ from: tools.rolloutsPlugin, to: "/bin/kubectl-argo-rollouts" }] }],
        entrypoint: ["/bin/kubectl-argo-rollouts"],
        command: ["dashboard"],
        user: argo,
      },
    ],
  };
}
