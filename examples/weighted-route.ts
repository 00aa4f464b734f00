import { Sides, WeightedRoute } from "@canary-lab/components";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

// The Deployment `shop`, whose pods have the labels `app: shop` and `track: stable`, and the Service `shop` over `app: shop` run already, in
// a namespace with sidecars. A canary comes beside them, and 10 percent of the requests.
const config = new pulumi.Config();
const live = k8s.apps.v1.Deployment.get("live", "shops/shop");
const { name: app, namespace } = live.metadata;
const labels = { app, track: "canary" };
const image = config.require("canaryImage");

const canary = new k8s.apps.v1.Deployment("canary", {
  metadata: { name: pulumi.interpolate`${app}-canary`, namespace },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: live.spec.template.spec.apply((pod) => ({
        ...pod,
        containers: pod.containers.map((container) => ({ ...container, image })),
      })),
    },
  },
});
const stableLabels = live.spec.selector.matchLabels;
const canaryLabels = canary.spec.selector.matchLabels;
const names = { app, namespace, toldApartBy: "version", stableLabels, canaryLabels } as const;
const sides = new Sides("sides", names, { dependsOn: canary });
const share = { canaryWeight: config.getNumber("canaryWeight") ?? 10, host: config.require("host") };
export const { host } = new WeightedRoute("route", { app, namespace, ...share }, { dependsOn: sides });
