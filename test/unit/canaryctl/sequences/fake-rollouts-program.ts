import { destinationRulePath, rolloutPath, servicePath, virtualServicePath } from "../../../../cluster/kube/paths.ts";
import { versionOf } from "../../../../components/image/image-version.ts";
import { virtualServiceName } from "../../../../components/names.ts";
import { renderRoleService } from "../../../../components/rollout/render-rollout.ts";
import {
  activeService,
  previewService,
  renderBlueGreenRoute,
  renderRolloutBlueGreen,
} from "../../../../components/rollout/render-rollout-blue-green.ts";
import {
  canaryService,
  renderRestingRoute,
  renderRolloutCanary,
  stableService,
} from "../../../../components/rollout/render-rollout-canary.ts";
import type { OwnPods, RolloutManifest } from "../../../../components/rollout/rollout-types.ts";
import { renderDestinationRule, type SidesSpec } from "../../../../components/traffic/render-sides.ts";
import { renderEchoPod } from "../../../../components/workload/render-pod.ts";
import { askedRollout, revisionReference } from "../../../../stacks/strategies/strategy.ts";
import type { FakeProgram, Parts, Resource } from "./fake-program.ts";

/** The resources of the strategies of Argo Rollouts, without analyses. What is left to the controller is written once. */
export const rolloutParts: Readonly<Record<"rollout-canary" | "rollout-blue-green", Parts>> = {
  "rollout-canary": (program) => {
    const { config, client, guards } = program;
    const { app, canaryEnabled, plan, rolloutCanary } = config;
    return [
      ...routeOf(program, "revision", renderRestingRoute(config)),
      ...[stableService(app), canaryService(app)].map((name) => roleService(program, name)),
      rollout(program, renderRolloutCanary({ ...whatRuns(program), plan, ...rolloutCanary }), {
        ...guards.firstRevisionGuard(config.strategy, canaryEnabled),
        beforeUpdate: [guards.revisionGuard(client, askedRollout(config))],
      }),
    ];
  },
  "rollout-blue-green": (program) => {
    const { config, client, guards } = program;
    const { app, canaryEnabled } = config;
    const { prePromotionAnalysis: _before, postPromotionAnalysis: _after, ...options } = config.blueGreen;
    return [
      ...[activeService(app), previewService(app)].map((name) => roleService(program, name)),
      rollout(program, renderRolloutBlueGreen({ ...whatRuns(program), ...options }), {
        ...guards.firstRevisionGuard(config.strategy, canaryEnabled),
        beforeUpdate: [guards.previewGuard(client, askedRollout(config))],
      }),
      ...routeOf(program, "nothing", renderBlueGreenRoute(config)),
    ];
  },
};

function whatRuns({ config }: FakeProgram) {
  const { app, namespace, replicas } = config;
  const reference = revisionReference(config);
  const template = renderEchoPod({ app, version: versionOf(reference), image: reference });
  return { app, namespace, replicas, reference, pods: { template } };
}

function routeOf({ config }: FakeProgram, toldApartBy: SidesSpec["toldApartBy"], route: object): readonly Resource[] {
  const { app, namespace } = config;
  return [
    {
      name: "route-destination-rule",
      path: destinationRulePath(namespace, app),
      object: renderDestinationRule({ app, namespace, toldApartBy }),
      hooks: {},
    },
    {
      name: "route-virtual-service",
      path: virtualServicePath(namespace, virtualServiceName(app)),
      object: route,
      hooks: {},
    },
  ];
}

const roleService = ({ config }: FakeProgram, name: string): Resource => ({
  name: `${name}-service`,
  path: servicePath(config.namespace, name),
  object: renderRoleService(config, name),
  hooks: {},
});

function rollout(
  { config }: FakeProgram,
  { pods, spec, ...manifest }: RolloutManifest,
  hooks: Resource["hooks"],
): Resource {
  const { labels, container, image } = (pods as OwnPods).template;
  return {
    name: "rollout",
    path: rolloutPath(config.namespace, config.app),
    // Of its pods what is looked at.
    object: {
      ...manifest,
      spec: {
        ...spec,
        template: { metadata: { labels }, spec: { containers: [{ name: container.name, image }] } },
      },
    },
    hooks,
  };
}
