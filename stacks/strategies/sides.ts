import type * as pulumi from "@pulumi/pulumi";
import { podsNeeded } from "../../canary/capacity.ts";
import { factsOf } from "../../canary/strategies.ts";
import { splitOf } from "../../canary/weight.ts";
import { versions } from "../../components/names.ts";
import { Sides } from "../../components/traffic/sides.ts";
import { EchoWorkload } from "../../components/workload/echo-workload.ts";
import { named } from "../application-scope.ts";
import type { LabConfig } from "../config/schema.ts";
import { sideStart } from "../live/deployment-starts.ts";
import { together } from "../live/hook-bindings.ts";
import type { ReleaseGuard } from "../live/release-guard.ts";
import { shrinkLast } from "../live/shrink-last.ts";
import type { StrategyContext } from "./strategy.ts";

type Side = keyof typeof versions;

/**
 * A Deployment for each side that runs, and the names by which routes find them. A route comes after all of it, and after the pods of
 * each side that gets traffic by it: one that takes the traffic from a canary does not wait for that.
 *
 * @param replicas pods of each side
 * @param options.guard held against what each side is about to become
 * @param options.shrinkLast whether a side loses pods only when the other one has its own: for where nothing but pods splits the traffic
 */
export function createSides(
  { config, shared, live }: Pick<StrategyContext, "config" | "shared" | "live">,
  replicas: Readonly<Record<Side, number>>,
  options: { readonly shrinkLast?: boolean; readonly guard?: ReleaseGuard | undefined } = {},
): pulumi.Input<pulumi.Resource>[] {
  const { app, namespace, canaryEnabled, imagePullSecret, imagePlatform, service } = config;
  const { images, inside } = shared;
  const after = (other: Side): pulumi.ResourceHookBinding | undefined =>
    options.shrinkLast && live.client && canaryEnabled
      ? shrinkLast(live.client, { ...sideStart(config, versions[other]), replicas: replicas[other] })
      : undefined;
  const run = (side: Side, other: Side, image: pulumi.Output<string>): pulumi.Input<EchoWorkload> => {
    const version = versions[side];
    const followed = live.starts?.follow(sideStart(config, version));
    const hooks = together(followed?.hooks, together(options.guard?.sides[version], after(other)));
    const reference = side === "canary" ? config.canaryImage : config.stableImage;
    const pods = { version, image, reference, replicas: replicas[side], imagePullSecret, imagePlatform, service };
    const workload = new EchoWorkload(named(side), { app, namespace, ...pods }, { ...inside, hooks });
    return followed?.ready(workload, workload.deployment, podsFor(config, side)) ?? workload;
  };
  const stable = run("stable", "canary", images.stable);
  const workloads = images.canary ? [stable, run("canary", "stable", images.canary)] : [stable];
  const names = { app, namespace, toldApartBy: "version" } as const;
  const sides = new Sides(named("route"), names, { ...inside, dependsOn: [...inside.dependsOn, ...workloads] });
  return [...workloads, sides];
}

/** How many ready pods of a side a route waits for: as many as the share needs that it gives, which is none for a share of 0. */
function podsFor(config: LabConfig, side: Side): number {
  const { strategy, replicas, autoscaling, canaryWeight, allowOverload } = config;
  const { owner, canaryPods } = factsOf(strategy);
  if (owner !== "pulumi") return 1; // a header decides
  const share = splitOf(canaryWeight)[side];
  if (share === 0) return 0;
  return canaryPods === "own" && !allowOverload ? podsNeeded(autoscaling?.minReplicas ?? replicas, share) : 1;
}
