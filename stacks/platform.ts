import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterName } from "../cluster/kubeconfig-file.ts";
import { Istio } from "../components/mesh/istio.ts";
import type { LabConfig } from "./lab-config.ts";
import { istioChartRepository, istioHub, istioVersion } from "./versions.ts";

/** What applications stand on. */
export interface Platform {
  readonly cluster: pulumi.ProviderResource;
  readonly mesh: Istio;
}

export function createPlatform(config: LabConfig, target: Required<ClusterName>): Platform {
  const cluster = new k8s.Provider("cluster", { context: target.kubeContext, kubeconfig: target.kubeconfig });
  const mesh = new Istio(
    "istio",
    {
      version: istioVersion,
      hub: istioHub,
      charts: config.chartMirror ? { mirror: config.chartMirror } : { repository: istioChartRepository },
      replicas: config.istiodReplicas,
      gatewayNodePort: config.gatewayNodePort,
    },
    { provider: cluster },
  );
  return { cluster, mesh };
}
