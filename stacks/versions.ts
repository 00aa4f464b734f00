/** Istio's version: of its charts, and of the images that they start. */
export const istioVersion = "1.29.1";

/** Where the images of Istio come from. Set even though the charts default to it, so that a mirrored chart cannot say otherwise. */
export const istioHub = "docker.io/istio";

/** Where the charts come from when no mirror is configured. */
export const istioChartRepository = "https://istio-release.storage.googleapis.com/charts";
