import type * as pulumi from "@pulumi/pulumi";
import { EchoImage } from "../components/image/echo-image.ts";
import { type Version, versions } from "../components/names.ts";
import { LoadClient } from "../components/traffic/load-client.ts";
import { WeightedRoute } from "../components/traffic/weighted-route.ts";
import { EchoApplication } from "../components/workload/echo-application.ts";
import { EchoWorkload } from "../components/workload/echo-workload.ts";
import type { LabConfig, StrategyName } from "./lab-config.ts";
import type { Platform } from "./platform.ts";

/** What runs of the application. */
export interface Application {
  /** The image of each side that runs; by digest where it was built here. */
  readonly images: { readonly stable: pulumi.Output<string>; readonly canary: pulumi.Output<string> | undefined };
}

/** A way to split the traffic between the workloads, which are its `dependsOn`. */
type Strategy = (config: LabConfig, opts: pulumi.ComponentResourceOptions) => pulumi.Resource;

const strategies: Record<StrategyName, Strategy> = {
  istio: (config, opts) => new WeightedRoute("route", config, opts),
};

/** Images, workloads and route. The control plane is ready first, or pods would start without a sidecar. */
export function createApplication(config: LabConfig, { cluster, mesh }: Platform): Application {
  const { app, namespace, imageRegistry: registry } = config;
  const application = new EchoApplication("echo", config, { provider: cluster, dependsOn: mesh.controlPlane });
  // Not on the Service, which waits for its pods.
  const inside = { provider: cluster, dependsOn: application.namespace };

  const run = (side: string, version: Version, reference: string, replicas: number) => {
    const image = new EchoImage(`${side}-image`, { reference, registry }).reference;
    return { image, workload: new EchoWorkload(side, { app, namespace, version, image, replicas }, inside) };
  };
  const stable = run("stable", versions.stable, config.stableImage, config.replicas);
  const canary = config.canaryEnabled
    ? run("canary", versions.canary, config.canaryImage, config.canaryReplicas)
    : undefined;
  new LoadClient("client", { app, namespace, image: stable.image }, inside);

  const workloads = [stable, canary].flatMap((side) => side?.workload ?? []);
  strategies[config.strategy](config, { provider: cluster, dependsOn: [application, ...workloads] });
  return { images: { stable: stable.image, canary: canary?.image } };
}
