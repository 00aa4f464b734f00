import type * as pulumi from "@pulumi/pulumi";
import { deploymentName, versions } from "../../components/names.ts";
import { Sides } from "../../components/traffic/sides.ts";
import { EchoWorkload } from "../../components/workload/echo-workload.ts";
import type { ReleaseGuard } from "../live/release-guard.ts";
import { shrinkLast } from "../live/shrink-last.ts";
import type { StrategyContext } from "./strategy.ts";

type Side = keyof typeof versions;

/**
 * A Deployment for each side that runs, and the names by which routes find them. A route comes after all of it.
 *
 * @param replicas pods of each side
 * @param options.guard held against what each side is about to become
 * @param options.shrinkLast whether a side loses pods only when the other one has its own: for where nothing but pods splits the traffic
 */
export function createSides(
  { config, shared, live }: Pick<StrategyContext, "config" | "shared" | "live">,
  replicas: Readonly<Record<Side, number>>,
  options: { readonly shrinkLast?: boolean; readonly guard?: ReleaseGuard | undefined } = {},
): pulumi.Resource[] {
  const { app, namespace, canaryEnabled } = config;
  const { application, images, inside } = shared;
  const after = (other: Side): pulumi.ResourceHookBinding | undefined =>
    options.shrinkLast && live.client && canaryEnabled
      ? shrinkLast(live.client, { namespace, name: deploymentName(app, versions[other]), replicas: replicas[other] })
      : undefined;
  const run = (side: Side, other: Side, image: pulumi.Output<string>) => {
    const hooks = together(options.guard?.sides[versions[side]], after(other));
    const spec = { app, namespace, version: versions[side], image, replicas: replicas[side], ...(hooks && { hooks }) };
    return new EchoWorkload(side, spec, inside);
  };
  const stable = run("stable", "canary", images.stable);
  const workloads = images.canary ? [stable, run("canary", "stable", images.canary)] : [stable];
  const names = { app, namespace, toldApartBy: "version" } as const;
  const sides = new Sides("route", names, { ...inside, dependsOn: [...inside.dependsOn, ...workloads] });
  return [application, ...workloads, sides];
}

/** Two bindings as one; undefined where neither is there. */
function together(
  one: pulumi.ResourceHookBinding | undefined,
  other: pulumi.ResourceHookBinding | undefined,
): pulumi.ResourceHookBinding | undefined {
  if (!one || !other) return one ?? other;
  return { ...one, ...other, beforeUpdate: [...(one.beforeUpdate ?? []), ...(other.beforeUpdate ?? [])] };
}
