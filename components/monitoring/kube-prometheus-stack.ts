import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createPlatformNamespace, type PlatformOwner } from "../platform-namespace.ts";
import {
  grafanaSecret,
  type KubePrometheusStackSpec,
  monitoringNamespace,
  renderKubePrometheusStack,
  renderPrometheusService,
} from "./render-kube-prometheus-stack.ts";
import { renderPlatformMonitors } from "./render-monitors.ts";

export interface KubePrometheusStackArgs extends KubePrometheusStackSpec {
  readonly owner?: PlatformOwner;
}

/** Prometheus with its operator, Grafana, and the monitors of the platform. Monitors and rules of others depend on it. */
export class KubePrometheusStack extends pulumi.ComponentResource {
  constructor(name: string, { owner, ...spec }: KubePrometheusStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:monitoring:KubePrometheusStack", name, {}, opts);
    const namespace = createPlatformNamespace(`${name}-namespace`, monitoringNamespace, owner, { parent: this });
    const password = createPassword(`${name}-grafana-admin`, { parent: this, dependsOn: namespace });
    const release = new k8s.helm.v3.Release(`${name}-release`, renderKubePrometheusStack(spec), {
      parent: this,
      dependsOn: [namespace, password],
    });
    const prometheus = new k8s.core.v1.Service(`${name}-prometheus`, renderPrometheusService(), {
      parent: this,
      dependsOn: release,
    });
    for (const monitor of renderPlatformMonitors()) {
      new k8s.apiextensions.CustomResource(`${name}-${monitor.metadata.name}-monitor`, monitor, {
        parent: this,
        dependsOn: prometheus,
      });
    }
    this.registerOutputs();
  }
}

/** Grafana's first user, with a password that is made up once: what later runs make up is ignored. */
function createPassword(name: string, opts: pulumi.CustomResourceOptions): k8s.core.v1.Secret {
  const encoded = (text: string) => Buffer.from(text).toString("base64");
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: { name: grafanaSecret.name, namespace: monitoringNamespace },
      data: pulumi.secret({
        [grafanaSecret.user]: encoded("admin"),
        [grafanaSecret.password]: encoded(randomBytes(24).toString("base64url")),
      }),
    },
    { ...opts, ignoreChanges: ["data"] },
  );
}
