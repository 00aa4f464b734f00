import * as lab from "@canary-lab/components";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

// Istio, the Prometheus operator and Argo Rollouts run already. Another image is a release: 10, 30 and 60 percent of the requests, each for
// a minute, and on only where the callers of the canary see no more failures and no slower answers than the objective allows.
const image = new pulumi.Config().require("image");
const labels = lab.sidecarLabels;
const { metadata } = new k8s.core.v1.Namespace("shops", { metadata: { name: "shops", labels } });
const shop = { app: "shop", namespace: metadata.name };

const service = new k8s.core.v1.Service("shop", {
  metadata: { name: shop.app, namespace: shop.namespace },
  spec: { selector: { app: shop.app }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
});
const objective = { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 };
const level = new lab.ServiceLevel("slo", { ...shop, objective, metrics: null, analysis: true, scrapesProxies: false });
const sides = new lab.Sides("sides", { ...shop, toldApartBy: "revision" }, { dependsOn: service });
const route = new lab.WeightedRoute("route", { ...shop, mode: "rollout-canary" }, { dependsOn: sides });
const release = {
  replicas: 4,
  image,
  reference: image,
  service: { ...lab.versionedEcho, port: 9898, healthPath: "/healthz" },
  plan: lab.presetPlan("10-30-60"),
  stepAnalysis: lab.analysisOf(shop.app, { host: shop.app, subset: lab.versions.canary }, "step"),
};
new lab.RolloutCanary("release", { ...shop, ...release }, { dependsOn: [level, route] });
export const { host } = route;
