import { join } from "node:path";
import type { PlatformPart } from "../cluster/target.ts";
import type { ChartSource } from "../components/helm-release.ts";
import type { LabConfig } from "./config/schema.ts";
import { platformParts } from "./platform-parts.ts";
import {
  argoCdChartVersion,
  argoRolloutsChartVersion,
  gatewayApiVersion,
  istioVersion,
  kubePrometheusStackVersion,
} from "./versions.ts";

/** Where a chart comes from: the mirror that is configured, else the repository. */
export const chartSource = ({ chartMirror }: LabConfig, repository: string): ChartSource =>
  chartMirror ? { mirror: chartMirror } : { repository };

const noArgoCd =
  "allowed: false, or a mirror that holds it; the lab's own cluster cannot run Argo CD, for no package registry has its images";

/**
 * What a stack needs of its chart mirror beside Istio and does not find there, one sentence each; nothing where no mirror is
 * configured, for then each chart comes from its own repository.
 */
export function missingCharts(config: LabConfig, exists: (path: string) => boolean): string[] {
  const { chartMirror } = config;
  if (!chartMirror) return [];
  const missing = (need: string, entry: string, allowed: string): string[] =>
    exists(join(chartMirror, entry))
      ? []
      : [`${need} needs ${entry}, which is not in chartMirror ${chartMirror}; ${allowed}`];
  const entries: Record<PlatformPart, readonly [need: string, entry: string]> = {
    monitoring: ["monitoring true", `kube-prometheus-stack-${kubePrometheusStackVersion}`],
    rollouts: [
      `strategy ${config.strategy} with rollouts ${config.rollouts}`,
      `argo-rollouts-${argoRolloutsChartVersion}`,
    ],
    "istio-cni": ["istioCni true", `cni-${istioVersion}`],
    "gateway-api": [`strategy ${config.strategy}`, `gateway-api-${gatewayApiVersion}`],
  };
  const built = "`npx canaryctl up` puts it into the lab's own mirror";
  return [
    ...platformParts(config).flatMap((part) => missing(...entries[part], built)),
    ...(config.argoCd ? missing("argoCd true", `argo-cd-${argoCdChartVersion}`, noArgoCd) : []),
  ];
}
