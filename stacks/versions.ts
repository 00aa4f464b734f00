/** Istio's version: of its charts, and of the images that they start. */
export const istioVersion = "1.29.1";

/** Where the images of Istio come from. Set even though the charts default to it, so that a mirrored chart cannot say otherwise. */
export const istioHub = "docker.io/istio";

/** Where the charts come from when no mirror is configured. */
export const istioChartRepository = "https://istio-release.storage.googleapis.com/charts";

/** The chart of Prometheus with its operator (0.85.0), and Prometheus itself, which the chart would take another version of. */
export const kubePrometheusStackVersion = "77.14.0";
export const kubePrometheusStackRepository = "https://prometheus-community.github.io/helm-charts";
export const prometheusVersion = "v3.15.0";

/** The charts of the Argo project. That of Rollouts is made for v1.9.0, whose definitions are those of v1.9.1. */
export const argoChartRepository = "https://argoproj.github.io/argo-helm";
export const argoRolloutsChartVersion = "2.41.0";
export const argoRolloutsVersion = "v1.9.1";
export const argoCdChartVersion = "10.1.1";
export const rolloutExtensionVersion = "v0.3.7";
export const extensionInstallerVersion = "v1.1.0";

export const gatewayApiVersion = "1.4.0";

/**
 * What of a platform that somebody else installed can be used, as semver ranges. Istio serves networking.istio.io/v1 since 1.22; Rollouts know
 * `consecutiveSuccessLimit` of an analysis since 1.8; a rule of an HTTPRoute has a name in the standard channel since 1.4. The lab itself runs
 * on the versions above.
 */
export const supportedVersions = {
  istio: ">=1.22.0 <2.0.0",
  prometheus: ">=2.30.0 <4.0.0",
  rollouts: ">=1.8.0 <2.0.0",
  gatewayApi: ">=1.4.0 <2.0.0",
} as const;
