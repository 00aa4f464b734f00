import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterName } from "../cluster/kubeconfig-file.ts";
import { ArgoCd } from "../components/argo/argo-cd.ts";
import { ArgoRollouts } from "../components/argo/argo-rollouts.ts";
import { type RolloutsPart, rolloutsNamespace } from "../components/argo/render-argo-rollouts.ts";
import { GatewayApi } from "../components/gateway-api/gateway-api-definitions.ts";
import { Istio } from "../components/mesh/istio.ts";
import { KubePrometheusStack } from "../components/monitoring/kube-prometheus-stack.ts";
import type { PlatformOwner } from "../components/platform-namespace.ts";
import { chartSource } from "./charts.ts";
import type { LabConfig } from "./config/schema.ts";
import { fullStackName } from "./full-stack-name.ts";
import type { LiveRun } from "./live/live-run.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import { isOwner, platformParts, rolloutsScope } from "./platform-parts.ts";
import {
  argoCdChartVersion,
  argoChartRepository,
  argoRolloutsChartVersion,
  argoRolloutsVersion,
  extensionInstallerVersion,
  gatewayApiVersion,
  istioChartRepository,
  istioHub,
  istioVersion,
  kubePrometheusStackRepository,
  kubePrometheusStackVersion,
  prometheusVersion,
  rolloutExtensionVersion,
} from "./versions.ts";

type Resources = readonly pulumi.Resource[];

/** What applications stand on: its facts, and the resources of it that this stack has. These are none where it was there before. */
export interface Platform {
  readonly cluster: pulumi.ProviderResource;
  readonly facts: PlatformFacts;
  /** What wants sidecars or routes depends on it. */
  readonly mesh: Resources;
  /** Monitors, rules and analyses depend on it. */
  readonly monitoring: Resources;
  /** Gateways and routes of the Gateway API depend on it. */
  readonly gatewayApi: Resources;
  /** Rollouts of a namespace, which is there, depend on what it gives. Call it once, for a controller may be made for that namespace. */
  readonly rolloutsIn: (namespace: k8s.core.v1.Namespace) => Resources;
}

/** @param live what holds for a run on a real cluster */
export function createPlatform(
  config: LabConfig,
  target: Required<ClusterName>,
  facts: PlatformFacts,
  { platformHooks: hooks, releaseWatch }: Pick<LiveRun, "platformHooks" | "releaseWatch"> = {},
): Platform {
  const cluster = new k8s.Provider("cluster", {
    context: target.kubeContext,
    kubeconfig: target.kubeconfig,
    // The program owns each field that it names: one that somebody else wrote, as `kubectl scale` does, is taken back. Without this such
    // a field is a conflict, which ends an update half-way.
    enablePatchForce: true,
  });
  if (!isOwner(config)) return { cluster, facts, mesh: [], monitoring: [], gatewayApi: [], rolloutsIn: () => [] };
  return {
    cluster,
    facts,
    ...install(
      config,
      { stack: fullStackName(), ...(hooks && { hooks }) },
      {
        provider: cluster,
        ...(releaseWatch && { transformations: [releaseWatch] }),
      },
    ),
  };
}

function install(
  config: LabConfig,
  owner: PlatformOwner,
  opts: pulumi.ComponentResourceOptions,
): Omit<Platform, "cluster" | "facts"> {
  const parts = platformParts(config);
  const mesh = new Istio(
    "istio",
    {
      version: istioVersion,
      hub: istioHub,
      charts: chartSource(config, istioChartRepository),
      replicas: config.istiodReplicas,
      cni: parts.includes("istio-cni"),
      gatewayNodePort: config.gatewayNodePort,
      owner,
    },
    opts,
  );
  if (config.argoCd) createArgoCd(config, owner, opts);
  return {
    mesh: [mesh.controlPlane],
    monitoring: parts.includes("monitoring") ? [createMonitoring(config, owner, opts)] : [],
    gatewayApi: parts.includes("gateway-api") ? [createGatewayApi(config, opts)] : [],
    rolloutsIn: createRollouts(config, owner, mesh, opts),
  };
}

const createMonitoring = (config: LabConfig, owner: PlatformOwner, opts: pulumi.ComponentResourceOptions) =>
  new KubePrometheusStack(
    "monitoring",
    {
      version: kubePrometheusStackVersion,
      source: chartSource(config, kubePrometheusStackRepository),
      prometheusVersion,
      owner,
    },
    opts,
  );

const createGatewayApi = ({ chartMirror }: LabConfig, opts: pulumi.ComponentResourceOptions) =>
  new GatewayApi("gateway-api", { version: gatewayApiVersion, ...(chartMirror && { mirror: chartMirror }) }, opts);

const createArgoCd = (config: LabConfig, owner: PlatformOwner, opts: pulumi.ComponentResourceOptions) =>
  new ArgoCd(
    "argo-cd",
    {
      version: argoCdChartVersion,
      source: chartSource(config, argoChartRepository),
      extensionVersion: rolloutExtensionVersion,
      installerVersion: extensionInstallerVersion,
      owner,
    },
    opts,
  );

/** The controller is there after Istio's definitions: where it finds none at its start, it waits before it looks again. */
function createRollouts(
  config: LabConfig,
  owner: PlatformOwner,
  mesh: Istio,
  opts: pulumi.ComponentResourceOptions,
): Platform["rolloutsIn"] {
  const create = (name: string, part: RolloutsPart, namespace: string, dependsOn: pulumi.Resource[]) =>
    new ArgoRollouts(
      name,
      {
        version: argoRolloutsChartVersion,
        appVersion: argoRolloutsVersion,
        source: chartSource(config, argoChartRepository),
        part,
        namespace,
        owner,
      },
      { ...opts, dependsOn },
    );
  const scope = rolloutsScope(config);
  if (scope === undefined) return () => [];
  const everything = scope === "cluster";
  const whole = create("rollouts", everything ? "everything" : "definitions", rolloutsNamespace, [mesh.definitions]);
  return (namespace) => [
    everything ? whole : create("rollouts-controller", "controller", config.namespace, [namespace, whole]),
  ];
}
