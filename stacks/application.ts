import * as pulumi from "@pulumi/pulumi";
import { factsOf } from "../canary/strategies.ts";
import { BuiltImage } from "../components/image/built-image.ts";
import type { DeliverySpec } from "../components/image/render-built-image.ts";
import { Isolation } from "../components/isolation/isolation.ts";
import { notEnforced } from "../components/isolation/pod-security.ts";
import { withPriority } from "../components/isolation/priority.ts";
import { Judge } from "../components/judge/judge.ts";
import { deploymentName, versions } from "../components/names.ts";
import { AdmissionPolicies } from "../components/policy/admission-policies.ts";
import { ServiceLevel } from "../components/slo/service-level.ts";
import type { SharedResources, StrategyOutputs } from "../components/strategy.ts";
import { LoadClient } from "../components/traffic/load-client.ts";
import {
  type AutoscalingOptions,
  createAutoscaler,
  leaveReplicas,
  type ScaledWorkload,
} from "../components/workload/autoscaling.ts";
import { EchoApplication } from "../components/workload/echo-application.ts";
import { createAccounts } from "./accounts.ts";
import { named } from "./application-scope.ts";
import type { LabConfig } from "./config/schema.ts";
import { fullStackName } from "./full-stack-name.ts";
import { isolationLabels, isolationOf } from "./isolation.ts";
import { isJudged } from "./judged.ts";
import { clientStart, judgeStart } from "./live/deployment-starts.ts";
import { followRollout } from "./live/follow-rollout.ts";
import type { LiveRun } from "./live/live-run.ts";
import type { Platform } from "./platform.ts";
import { prometheusOf } from "./platform-facts.ts";
import { isAnalysed, isOwner } from "./platform-parts.ts";
import { checkedLadder } from "./policy.ts";
import type { RegistryUse } from "./rights.ts";
import { metricsOf } from "./service-metrics.ts";
import { strategies } from "./strategies/table.ts";

/** What runs of the application. */
export interface Application extends StrategyOutputs {
  /** The image of each side that runs; by digest where it was built here. */
  readonly images: SharedResources["images"];
  /** Where the Rollout stands at the end of an update, null without one: known when all pods that are followed are ready. */
  readonly progress: pulumi.Output<string | null>;
  /** The Namespace in which all of it is. */
  readonly namespace: pulumi.Resource;
}

/** How the stack's images get to its pods. */
interface ImageWay {
  /** Undefined where no image is built. */
  readonly delivery?: DeliverySpec | undefined;
  readonly registry?: RegistryUse;
}

/**
 * Images, workloads and route. The control plane is ready first, or pods would start without a sidecar.
 */
export function createApplication(
  config: LabConfig,
  platform: Platform,
  live: LiveRun = {},
  applied: Readonly<Record<string, string>> = {},
  { delivery, registry }: ImageWay = {},
): Application {
  const { app, namespace, imagePullSecret, imagePlatform } = config;
  const { cluster, mesh, facts } = platform;
  const application = new EchoApplication(
    named("echo"),
    {
      ...config,
      stack: fullStackName(),
      applied,
      sidecarLabels: facts.mesh.sidecarLabels,
      labels: { ...(config.monitoring && facts.monitoring?.picks.namespaces), ...isolationLabels(config, facts) },
      namespaceHooks: live.namespaceHooks,
      ladder: checkedLadder(config),
      ...(!isOwner(config) && { platformFacts: facts }),
    },
    // What a policy lets through comes after it, the note that it was applied as well.
    { provider: cluster, dependsOn: [...mesh, ...createPolicies(config, platform)] },
  );
  if (config.accounts) createAccounts(config, platform, application, registry);
  const image = (role: string, reference: string): pulumi.Output<string> =>
    new BuiltImage(named(`${role}-image`), { reference, delivery }).reference;
  const images = {
    stable: image("stable", config.stableImage),
    canary: config.canaryEnabled ? image("canary", config.canaryImage) : undefined,
  };
  const before: pulumi.Resource[] = [application.namespace, ...createIsolation(config, platform, application)];
  const followed = live.starts?.follow(clientStart(config));
  const client = new LoadClient(
    named("client"),
    {
      app,
      namespace,
      image: image("client", config.clientImage),
      imagePullSecret,
      imagePlatform,
    },
    { provider: cluster, dependsOn: before, hooks: followed?.hooks },
  );
  void followed?.ready(client, client.deployment);
  const judge = isJudged(config) ? [createJudge(config, platform, live, application, image)] : [];
  const { autoscaling, isolation } = config;
  const inside = {
    provider: cluster,
    dependsOn: [...before, ...createNeeds(config, platform, application), ...judge],
    transformations: [
      ...(autoscaling ? [leaveReplicas(autoscaling)] : []),
      ...(isolation.mode === "enforce" && isolation.priority !== undefined
        ? [withPriority({ app, namespace, priority: isolation.priority })]
        : []),
    ],
  };
  const outputs = strategies[config.strategy]({ config, platform, live, shared: { application, images, inside } });
  application.serve(config, {
    hooks: live.service?.narrow,
    ...(outputs.route && { dependsOn: [outputs.route] }),
  });
  for (const workload of autoscaling ? scaledWorkloads(config) : []) {
    createAutoscaler(named(`${workload.name}-autoscaler`), workload, config, autoscaling as AutoscalingOptions, {
      provider: cluster,
      dependsOn: before,
    });
  }
  const { rollout } = outputs;
  const progress =
    rollout &&
    live.client &&
    followRollout(rollout, { client: live.client, name: app, namespace }, config.canaryEnabled);
  const started = pulumi.output(live.starts?.ended());
  const { namespace: place } = application;
  return {
    ...outputs,
    images,
    namespace: place,
    progress: pulumi.all([progress, started]).apply(([line]) => line ?? null),
  };
}

function createPolicies({ app, namespace, policy }: LabConfig, { cluster }: Platform): readonly AdmissionPolicies[] {
  const { mode, ...settings } = policy;
  if (mode === "off") return [];
  return [new AdmissionPolicies(named("policy"), { app, namespace, mode, settings }, { provider: cluster })];
}

/** Workloads come after it: a quota grows before they do. */
function createIsolation(
  config: LabConfig,
  { cluster, facts, mesh }: Platform,
  { namespace }: EchoApplication,
): pulumi.Resource[] {
  const isolation = isolationOf(config, facts);
  if (!isolation) return [];
  if (pulumi.runtime.isDryRun() && !facts.mesh.hasCni)
    void pulumi.log.warn(`${notEnforced(config.namespace)}. See docs/security.md.`);
  return [new Isolation(named("isolation"), isolation, { provider: cluster, dependsOn: [namespace, ...mesh] })];
}

/**
 * One judge for each application, beside it: whoever owns the platform (this stack, another one, nobody of ours), it needs nothing of
 * that but Prometheus' address, it goes with the stack that asks it, and no application's question waits behind another's.
 */
function createJudge(
  config: LabConfig,
  platform: Platform,
  { starts }: LiveRun,
  application: EchoApplication,
  image: (role: string, reference: string) => pulumi.Output<string>,
): Judge {
  const { app, namespace, objective, judge: settings, imagePullSecret, imagePlatform } = config;
  const followed = starts?.follow(judgeStart(config));
  const judge = new Judge(
    named("judge"),
    {
      app,
      namespace,
      objective,
      judge: settings,
      prometheus: prometheusOf(platform.facts),
      image: image("judge", config.judgeImage),
      imagePullSecret,
      imagePlatform,
    },
    {
      provider: platform.cluster,
      dependsOn: [application.namespace, ...platform.rolloutsIn(application.namespace)],
      hooks: followed?.hooks,
    },
  );
  void followed?.ready(judge, judge.deployment);
  return judge;
}

/** The workloads whose pods are counted by load. */
function scaledWorkloads({ app, strategy, canaryEnabled }: LabConfig): readonly ScaledWorkload[] {
  const { workloads, owner } = factsOf(strategy);
  const deployment = (name: string) => ({ apiVersion: "apps/v1", kind: "Deployment", name }) as const;
  if (workloads === "subsets") {
    const running = canaryEnabled ? [versions.stable, versions.canary] : [versions.stable];
    return running.map((version) => deployment(deploymentName(app, version)));
  }
  if (owner !== "rollout-controller") return [deployment(app)];
  return [{ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: app }];
}

/** What of the platform a stack's workloads stand on, besides the mesh. */
function createNeeds(config: LabConfig, platform: Platform, { namespace }: EchoApplication): pulumi.Resource[] {
  const { cluster, monitoring, gatewayApi, facts } = platform;
  const needs = [...gatewayApi, ...platform.rolloutsIn(namespace)];
  if (!config.monitoring) return needs;
  const { app, objective } = config;
  const serviceLevel = new ServiceLevel(
    named("slo"),
    {
      app,
      namespace: config.namespace,
      objective,
      metrics: metricsOf(config),
      analysis: isAnalysed(config),
      prometheus: prometheusOf(facts),
      ...(facts.monitoring && { picks: facts.monitoring.picks, scrapesProxies: facts.monitoring.scrapesProxies }),
    },
    { provider: cluster, dependsOn: [namespace, ...monitoring, ...needs] },
  );
  return [...needs, serviceLevel];
}
