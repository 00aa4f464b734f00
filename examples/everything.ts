import * as lab from "@canary-lab/components";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

// From a bare cluster to a canary with 10 percent of the requests: mesh, monitoring, both versions, route, objective, and a pod to ask from.
const config = new pulumi.Config();
const istioCharts = { repository: "https://istio-release.storage.googleapis.com/charts" };
const prometheusCharts = { repository: "https://prometheus-community.github.io/helm-charts" };
const gateway = { replicas: 1, gatewayNodePort: 30080 };
const mesh = new lab.Istio("istio", { version: "1.29.1", hub: "docker.io/istio", charts: istioCharts, ...gateway });
const versions = { version: "77.14.0", prometheusVersion: "v3.15.0" };
const monitoring = new lab.KubePrometheusStack("monitoring", { ...versions, source: prometheusCharts });

const inMesh = { dependsOn: mesh.controlPlane };
const labels = lab.sidecarLabels;
const { metadata } = new k8s.core.v1.Namespace("shops", { metadata: { name: "shops", labels } }, inMesh);
const shop = { app: "shop", namespace: metadata.name };
const service = new k8s.core.v1.Service("shop", {
  metadata: { name: shop.app, namespace: shop.namespace },
  spec: { selector: { app: shop.app }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
});
const runs = { ...lab.versionedEcho, port: 9898, healthPath: "/healthz" };
const side = (version: "v1" | "v2", image: string) =>
  new lab.EchoWorkload(version, { ...shop, version, image, reference: image, replicas: 2, service: runs });
const pods = [side("v1", config.require("stableImage")), side("v2", config.require("canaryImage"))];
const sides = new lab.Sides("sides", { ...shop, toldApartBy: "version" }, { dependsOn: [service, ...pods] });
const canaryWeight = config.getNumber("canaryWeight") ?? 10;
const route = new lab.WeightedRoute("route", { ...shop, canaryWeight }, { dependsOn: [...pods, sides] });
const objective = { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 };
const level = { objective, metrics: null, analysis: false, scrapesProxies: true };
new lab.ServiceLevel("slo", { ...shop, ...level }, { dependsOn: [monitoring, route] });
new lab.LoadClient("client", { ...shop, image: config.require("clientImage") });
export const { host } = route;
