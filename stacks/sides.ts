import type * as pulumi from "@pulumi/pulumi";
import { type Version, versions } from "../components/names.ts";
import { Sides } from "../components/traffic/sides.ts";
import { EchoWorkload } from "../components/workload/echo-workload.ts";
import type { StrategyContext } from "./strategies.ts";

/** A Deployment for each side that runs, and the names by which routes find them. A route comes after all of it. */
export function createSides(
  { config, shared }: Pick<StrategyContext, "config" | "shared">,
  replicas: { readonly stable: number; readonly canary: number },
): pulumi.Resource[] {
  const { app, namespace } = config;
  const { application, images, inside } = shared;
  const run = (side: keyof typeof versions, image: pulumi.Output<string>) =>
    new EchoWorkload(
      side,
      { app, namespace, version: versions[side] as Version, image, replicas: replicas[side] },
      inside,
    );
  const workloads = [run("stable", images.stable), ...(images.canary ? [run("canary", images.canary)] : [])];
  const names = { app, namespace, toldApartBy: "version" } as const;
  return [
    application,
    ...workloads,
    new Sides("route", names, { ...inside, dependsOn: [inside.dependsOn, ...workloads] }),
  ];
}
