/** What can be added to the plain cluster, and what is made ready for each. */
export const addOns = {
  istio: "images of istiod and its proxy, and the charts base, istiod and gateway",
  "istio-cni": "the image of Istio's CNI agent, and its chart",
  "gateway-api": "the Gateway API's definitions",
  monitoring: "images of Prometheus and its operator, the chart kube-prometheus-stack, promtool",
  rollouts: "images of Argo Rollouts, its chart, kubectl-argo-rollouts",
  "node-image": "the image node:24-bookworm-slim in the image builder, as a base of applications",
  helm: "the program helm",
  istioctl: "the program istioctl",
  crane: "the program crane, which copies images between registries",
} as const;

export type AddOn = keyof typeof addOns;
export const addOnNames = Object.keys(addOns) as readonly AddOn[];
