import type { PodClient } from "@canary-lab/kit/kube/client";
import type * as pulumi from "@pulumi/pulumi";
import { replicaRatio } from "../../../../canary/replica-ratio.ts";
import { factsOf, type StrategyName } from "../../../../canary/strategies.ts";
import {
  apiGatewayPath,
  deploymentsPath,
  destinationRulePath,
  gatewayPath,
  httpRoutePath,
  ingressPath,
  namespacePath,
  servicePath,
  virtualServicePath,
} from "../../../../cluster/kube/paths.ts";
import { renderApiGateway, renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { versionOf } from "../../../../components/image/image-version.ts";
import { deploymentName, gatewayName, versions, virtualServiceName } from "../../../../components/names.ts";
import { renderIngress } from "../../../../components/nginx-header/render-ingress.ts";
import { renderRollingUpdate } from "../../../../components/rolling-update/render-rolling-update.ts";
import { renderDestinationRule } from "../../../../components/traffic/render-sides.ts";
import { renderGateway, renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import type { DeploymentManifest } from "../../../../components/workload/deployment.ts";
import { renderNamespace } from "../../../../components/workload/render-application.ts";
import { renderService } from "../../../../components/workload/render-service.ts";
import { renderDeployment } from "../../../../components/workload/render-workload.ts";
import { appliedValues } from "../../../../stacks/config/applied-config.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import type { firstRevisionGuard } from "../../../../stacks/live/first-revision.ts";
import type { ReleaseGuard, releaseGuard } from "../../../../stacks/live/release-guard.ts";
import type { previewGuard, revisionGuard } from "../../../../stacks/live/rollout-guard.ts";
import type { TakenBack } from "../../../../stacks/live/taken-back.ts";
import { revisionReference } from "../../../../stacks/strategies/strategy.ts";
import { rolloutParts } from "./fake-rollouts-program.ts";

/** What one resource of the program is, in the order in which the engine makes them. */
export interface Resource {
  /** The end of its URN. */
  readonly name: string;
  readonly path: string;
  readonly object: object;
  /** Run before the object is written. */
  readonly hooks: { readonly beforeCreate?: Hooks; readonly beforeUpdate?: Hooks };
}

type Hooks = readonly (pulumi.ResourceHook | pulumi.ResourceHookFunction)[];

/** The program's own guards. */
export interface Guards {
  readonly releaseGuard: typeof releaseGuard;
  readonly firstRevisionGuard: typeof firstRevisionGuard;
  readonly revisionGuard: typeof revisionGuard;
  readonly previewGuard: typeof previewGuard;
}

export interface FakeProgram {
  readonly config: LabConfig;
  readonly values: Readonly<Record<string, unknown>>;
  readonly stack: string;
  readonly client: PodClient;
  readonly guards: Guards;
  readonly takenBack: TakenBack;
  /** What the engine has written to a path; undefined where it remembers nothing. */
  readonly remembered: (path: string) => object | undefined;
}

export type Parts = (program: FakeProgram, guard: ReleaseGuard | undefined) => readonly Resource[];

/** The resources of a stack, as `stacks/` would make them, as far as a command or a guard looks at them. */
export function programOf(program: FakeProgram): readonly Resource[] {
  const { config, values, stack, client, guards, takenBack } = program;
  const { app, namespace, strategy, canaryEnabled } = config;
  const guard = factsOf(strategy).owner === "pulumi" ? guards.releaseGuard(client, config, takenBack) : undefined;
  return [
    {
      name: "echo-namespace",
      path: namespacePath(namespace),
      object: renderNamespace({ app, namespace, stack, applied: appliedValues(values), strategy, canaryEnabled }),
      hooks: guard ? { beforeUpdate: [guard.namespace] } : {},
    },
    ...parts[strategy](program, guard),
    {
      name: "echo-service",
      path: servicePath(namespace, app),
      object: { apiVersion: "v1", kind: "Service", ...renderService(config) },
      hooks: {}, // what they wait for are proxies
    },
  ];
}

const parts: Readonly<Record<StrategyName, Parts>> = {
  ...rolloutParts,
  istio: (program, guard) => {
    const { config } = program;
    const { app, namespace } = config;
    return [
      ...sidesOf(program, guard),
      {
        name: "route-gateway",
        path: gatewayPath(namespace, gatewayName(app)),
        object: renderGateway(config),
        hooks: {},
      },
      {
        name: "route-virtual-service",
        path: virtualServicePath(namespace, virtualServiceName(app)),
        object: renderVirtualService(config),
        hooks: guard?.route ?? {},
      },
    ];
  },
  "gateway-api": (program, guard) => {
    const { config } = program;
    const { app, namespace } = config;
    return [
      ...sidesOf(program, guard),
      {
        name: "http-route-gateway",
        path: apiGatewayPath(namespace, gatewayName(app)),
        object: renderApiGateway(config),
        hooks: {},
      },
      {
        name: "http-route-route",
        path: httpRoutePath(namespace, app),
        object: renderHttpRoute(config),
        hooks: guard?.route ?? {},
      },
    ];
  },
  "nginx-header": (program) => {
    const { config } = program;
    const ingress = (side: keyof typeof versions): Resource => {
      const object = renderIngress(config, versions[side]);
      const path = ingressPath(config.namespace, object.metadata.name);
      return { name: `ingress-${side}`, path, object, hooks: {} };
    };
    return [...sidesOf(program), ingress("stable"), ...(config.canaryEnabled ? [ingress("canary")] : [])];
  },
  "replica-ratio": (program, guard) => {
    const ratio = replicaRatio(program.config.replicas, program.config.canaryWeight);
    const [stable, ...others] = sidesOf(program, guard, ratio);
    if (!stable) return [];
    // As shrinkLast has it, which waits for pods; where both grow or both shrink, the engine takes them side by side.
    const before = program.remembered(stable.path) as { readonly spec: { readonly replicas: number } } | undefined;
    const isLess = before !== undefined && ratio.stable < before.spec.replicas;
    return isLess ? [...others, stable] : [stable, ...others];
  },
  "rolling-update": ({ config, guards }) => {
    const { app, namespace, strategy, canaryEnabled, replicas } = config;
    const reference = revisionReference(config);
    const version = versionOf(reference);
    const spec = { app, namespace, version, image: reference, reference, replicas, ...config.rollingUpdate };
    return [
      {
        name: "rolling-deployment",
        path: deploymentsPath(namespace, app),
        object: whole(renderRollingUpdate({ ...spec, replicasOwner: "pulumi" })),
        hooks: guards.firstRevisionGuard(strategy, canaryEnabled),
      },
    ];
  },
};

function sidesOf(
  { config }: FakeProgram,
  guard?: ReleaseGuard,
  replicas = { stable: config.replicas, canary: config.canaryReplicas },
): readonly Resource[] {
  const { app, namespace, canaryEnabled } = config;
  const side = (role: keyof typeof versions, image: string): Resource => {
    const version = versions[role];
    const spec = { app, namespace, version, image, reference: image, replicas: replicas[role] };
    return {
      name: `${role}-deployment`,
      path: deploymentsPath(namespace, deploymentName(app, version)),
      object: whole(renderDeployment(spec)),
      hooks: guard?.sides[version] ?? {},
    };
  };
  return [
    side("stable", config.stableImage),
    ...(canaryEnabled ? [side("canary", config.canaryImage)] : []),
    {
      name: "route-destination-rule",
      path: destinationRulePath(namespace, app),
      object: renderDestinationRule({ app, namespace, toldApartBy: "version" }),
      hooks: {},
    },
  ];
}

/** A Deployment as the API server gets it, of its pods what is looked at. */
const whole = ({ template: { labels, container, image }, ...deployment }: DeploymentManifest) => ({
  ...deployment,
  spec: {
    ...deployment.spec,
    template: { metadata: { labels }, spec: { containers: [{ ...container, image }] } },
  },
});
