import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { revisionLabel } from "../../../../canary/rollout/rollout-route.ts";
import {
  destinationRulePath,
  replicaSetPath,
  rolloutPath,
  servicePath,
  virtualServicePath,
} from "../../../../cluster/kube/paths.ts";
import { imageAnnotation } from "../../../../components/image/image-version.ts";
import { virtualServiceName } from "../../../../components/names.ts";
import { activeService } from "../../../../components/rollout/render-rollout-blue-green.ts";
import type { DestinationRule } from "../../../../components/traffic/render-sides.ts";
import type { VirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { weightedRule } from "../../../../components/traffic/route-rules.ts";
import type { Stored } from "./fake-api-server.ts";
import type { StackName, World } from "./world.ts";

const app = "versioned-echo";

/**
 * The percentage of the users' requests that pods of another image than a stable one answer: by weights and subsets, or by the selector
 * of the active Service. 0 where a route is gone or leads to pods of no certain revision.
 */
export function rolloutShare(
  objects: ReadonlyMap<string, Stored>,
  namespace: string,
  isStable: (image: string) => boolean,
): number {
  const shareOf = (hash: string | undefined, weight: number) => {
    const set = objects.get(replicaSetPath(namespace, `${app}-${hash}`));
    const image = set?.metadata?.annotations?.[imageAnnotation];
    return image === undefined || isStable(image) ? 0 : weight;
  };
  const active = objects.get(servicePath(namespace, activeService(app))) as ActiveService | undefined;
  if (active) return shareOf(active.spec.selector[revisionLabel], 100);
  const route = objects.get(virtualServicePath(namespace, virtualServiceName(app))) as VirtualService | undefined;
  const rule = objects.get(destinationRulePath(namespace, app)) as DestinationRule | undefined;
  const targets = route?.spec.http.find(({ name }) => name === weightedRule)?.route ?? [];
  return targets.reduce((sum, { destination, weight = 0 }) => {
    const subset = rule?.spec.subsets.find(({ name }) => name === destination.subset);
    return sum + shareOf(subset?.labels[revisionLabel], weight);
  }, 0);
}

interface ActiveService {
  readonly spec: { readonly selector: Readonly<Record<string, string>> };
}

const rolloutsOf = ({ server, stacks }: World, stack: StackName): readonly RolloutObject[] =>
  stacks[stack].places().flatMap((namespace) => {
    const rollout = server.objects.get(rolloutPath(namespace, app));
    return rollout ? [rollout as unknown as RolloutObject] : [];
  });

/** The images that the Rollouts controller has as the stable ones. */
export const settledImages = ({ server, stacks }: World, stack: StackName): readonly string[] =>
  stacks[stack].places().flatMap((namespace) => {
    const { status } = (server.objects.get(rolloutPath(namespace, app)) ?? {}) as Partial<RolloutObject>;
    const set = server.objects.get(replicaSetPath(namespace, `${app}-${status?.stableRS}`));
    return set?.metadata?.annotations?.[imageAnnotation] ?? [];
  });

/** What a release begins with: the first weight of the plan that is in the file or under way, or a preview that no user reaches. */
export function firstShare(world: World, stack: StackName): number {
  if (world.strategy === "rollout-blue-green") return isAutomatic(world, stack) ? 100 : 0;
  const { config } = world.stacks[stack].lab();
  const steps = rolloutsOf(world, stack).map(({ spec }) => spec.strategy.canary?.steps ?? []);
  const weights = steps.map((one) => one.find(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 100);
  return Math.max(config.plan.stages[0].weight, ...weights);
}

const isAutomatic = (world: World, stack: StackName): boolean =>
  world.stacks[stack].lab().config.blueGreen.autoPromotionEnabled ||
  rolloutsOf(world, stack).some(({ spec }) => spec.strategy.blueGreen?.autoPromotionEnabled);

/** The weight behind the step at which the release is. */
export const nextShare = (world: World, stack: StackName): number =>
  Math.max(
    0,
    ...rolloutsOf(world, stack).map(({ spec, status }) => {
      const left = spec.strategy.canary?.steps?.slice(status?.currentStepIndex ?? 0) ?? [];
      return left.find(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 100;
    }),
  );

/** Whether the release of an image has been aborted: only a `retry` begins it again. */
export const isAborted = (world: World, stack: StackName, image: string): boolean =>
  rolloutsOf(world, stack).some(
    ({ status, metadata }) => status?.abort === true && metadata.annotations?.[imageAnnotation] === image,
  );
