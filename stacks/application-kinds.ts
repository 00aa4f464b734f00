import { factsOf, type StrategyFacts } from "../canary/strategies.ts";
import type { LabConfig } from "./config/schema.ts";
import { isolationKinds } from "./isolation.ts";
import { isJudged } from "./judged.ts";
import { isAnalysed } from "./platform-parts.ts";

/** What of a config says what its stack makes, and which rights that takes. */
export type MadeConfig = Pick<
  LabConfig,
  | "accounts"
  | "analysis"
  | "analysisBy"
  | "argoCd"
  | "autoscaling"
  | "gatewayApi"
  | "istioCni"
  | "gatewayNodePort"
  | "ingressGateway"
  | "isolation"
  | "monitoring"
  | "namespace"
  | "platform"
  | "policy"
  | "prometheus"
  | "rollouts"
  | "strategy"
>;

/** Objects that an update makes. */
export interface MadeObjects {
  /** As kubectl names it: `services`, `deployments.apps`. */
  readonly resource: string;
  /** Absent for what belongs to the whole cluster. */
  readonly namespace?: string;
}

const entries: Readonly<Record<StrategyFacts["entry"], readonly string[]>> = {
  "istio-gateway": ["gateways.networking.istio.io", "virtualservices.networking.istio.io"],
  "own-gateway": ["gateways.gateway.networking.k8s.io", "httproutes.gateway.networking.k8s.io"],
  "ingress-controller": ["ingresses.networking.k8s.io"],
  none: [],
};

/** By which requests find the sides: a move changes them. */
export const routeKinds = ({ strategy }: Pick<MadeConfig, "strategy">): readonly string[] => [
  "services",
  "destinationrules.networking.istio.io",
  ...entries[factsOf(strategy).entry],
];

/** What runs the sides: a release makes them, and takes them away at its end. */
export const workloadKinds = ({ strategy, autoscaling }: Pick<MadeConfig, "strategy" | "autoscaling">) => [
  "deployments.apps",
  "poddisruptionbudgets.policy",
  ...(factsOf(strategy).owner === "rollout-controller" ? ["rollouts.argoproj.io"] : []),
  ...(autoscaling ? ["horizontalpodautoscalers.autoscaling"] : []),
];

/** The kinds that the program makes in the application's namespace, but for the accounts. */
export function applicationKinds(config: MadeConfig): readonly string[] {
  const { monitoring, strategy } = config;
  return [
    ...routeKinds(config),
    ...workloadKinds(config),
    ...(monitoring && factsOf(strategy).counted === "by-pod" ? ["envoyfilters.networking.istio.io"] : []),
    ...(monitoring ? ["configmaps", "podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"] : []),
    ...(isAnalysed(config) ? ["analysistemplates.argoproj.io"] : []),
    ...(isJudged(config) ? ["serviceaccounts"] : []),
    ...isolationKinds(config),
  ];
}
