/** A definition as it is in a cluster, of one of those that the charts and the files of the parts have. */
const definition = (group: string, plural: string, kind: string, annotations: Record<string, string>) => ({
  metadata: { name: `${plural}.${group}`, annotations },
  spec: {
    group,
    names: { kind, plural },
    versions: [
      { name: "v1alpha0", served: false },
      { name: "v1", served: true },
    ],
  },
});
const standard = {
  "gateway.networking.k8s.io/channel": "standard",
  "gateway.networking.k8s.io/bundle-version": "v1.4.0",
};
const byHelm = (namespace: string, more: Record<string, string> = {}) => ({
  "meta.helm.sh/release-name": namespace,
  "meta.helm.sh/release-namespace": namespace,
  ...more,
});
export const gatewayKinds = {
  backendtlspolicies: "BackendTLSPolicy",
  gatewayclasses: "GatewayClass",
  gateways: "Gateway",
  grpcroutes: "GRPCRoute",
  httproutes: "HTTPRoute",
  referencegrants: "ReferenceGrant",
};
export const rolloutKinds = {
  analysisruns: "AnalysisRun",
  analysistemplates: "AnalysisTemplate",
  clusteranalysistemplates: "ClusterAnalysisTemplate",
  experiments: "Experiment",
  rollouts: "Rollout",
};
export const definitions = [
  ...Object.entries(gatewayKinds).map(([plural, kind]) =>
    definition("gateway.networking.k8s.io", plural, kind, standard),
  ),
  ...Object.entries(rolloutKinds).map(([plural, kind]) =>
    definition("argoproj.io", plural, kind, byHelm("argo-rollouts")),
  ),
  definition("gateway.networking.k8s.io", "tcproutes", "TCPRoute", {
    "gateway.networking.k8s.io/channel": "experimental",
  }),
  definition("argoproj.io", "applications", "Application", byHelm("argocd", { "helm.sh/resource-policy": "keep" })),
  definition("monitoring.coreos.com", "podmonitors", "PodMonitor", {}),
];
