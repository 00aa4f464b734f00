import type * as pulumi from "@pulumi/pulumi";
import { EchoImage } from "../components/image/echo-image.ts";
import { type Version, versions } from "../components/names.ts";
import { LoadClient } from "../components/traffic/load-client.ts";
import { WeightedRoute } from "../components/traffic/weighted-route.ts";
import { EchoApplication } from "../components/workload/echo-application.ts";
import { EchoWorkload } from "../components/workload/echo-workload.ts";
import type { LabConfig, StrategyName } from "./lab-config.ts";
import type { Platform } from "./platform.ts";

/** The application, with what it runs. */
export interface Application {
  /** The images that run, by side; by digest where they were built here. */
  readonly images: Readonly<Record<string, pulumi.Output<string>>>;
}

/** How each strategy routes the traffic to the workloads. */
const strategies: Record<StrategyName, (config: LabConfig, opts: pulumi.ComponentResourceOptions) => pulumi.Resource> =
  {
    istio: (config, opts) => new WeightedRoute("route", config, opts),
  };

/** Images, workloads and route. The mesh is ready first, or pods would start without a sidecar. */
export function createApplication(config: LabConfig, { cluster, mesh }: Platform): Application {
  const { app, namespace, imageRegistry } = config;
  const application = new EchoApplication("echo", { app, namespace }, { provider: cluster, dependsOn: mesh });
  // Not on the Service, which waits for its pods.
  const inside = { provider: cluster, dependsOn: application.namespace };

  const run = (side: string, version: Version, reference: string, replicas: number) => {
    const image = new EchoImage(`${side}-image`, { reference, ...(imageRegistry && { registry: imageRegistry }) })
      .reference;
    return { image, workload: new EchoWorkload(side, { app, namespace, version, image, replicas }, inside) };
  };
  const stable = run("stable", versions.stable, config.stableImage, config.replicas);
  const canary = config.canaryEnabled
    ? run("canary", versions.canary, config.canaryImage, config.canaryReplicas)
    : undefined;

  new LoadClient("client", { app, namespace, image: stable.image }, inside);
  const workloads = canary ? [stable.workload, canary.workload] : [stable.workload];
  strategies[config.strategy](config, { provider: cluster, dependsOn: [application, ...workloads] });
  return { images: { stable: stable.image, ...(canary && { canary: canary.image }) } };
}
