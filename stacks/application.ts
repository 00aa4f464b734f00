import type * as pulumi from "@pulumi/pulumi";
import { EchoImage } from "../components/image/echo-image.ts";
import type { SharedResources, StrategyOutputs } from "../components/strategy.ts";
import { LoadClient } from "../components/traffic/load-client.ts";
import { EchoApplication } from "../components/workload/echo-application.ts";
import type { LabConfig } from "./lab-config.ts";
import type { LiveRun } from "./live-run.ts";
import type { Platform } from "./platform.ts";
import { strategies } from "./strategies.ts";

/** What runs of the application. */
export interface Application extends StrategyOutputs {
  /** The image of each side that runs; by digest where it was built here. */
  readonly images: SharedResources["images"];
}

/** Images, workloads and route. The control plane is ready first, or pods would start without a sidecar. */
export function createApplication(config: LabConfig, platform: Platform, live: LiveRun = {}): Application {
  const { app, namespace, imageRegistry: registry } = config;
  const { cluster, mesh } = platform;
  const application = new EchoApplication(
    "echo",
    { ...config, namespaceHooks: live.namespaceHooks },
    { provider: cluster, dependsOn: mesh.controlPlane },
  );
  const image = (side: string, reference: string): pulumi.Output<string> =>
    new EchoImage(`${side}-image`, { reference, registry }).reference;
  const images = {
    stable: image("stable", config.stableImage),
    canary: config.canaryEnabled ? image("canary", config.canaryImage) : undefined,
  };
  // Not after the Service, which waits for its pods.
  const inside = { provider: cluster, dependsOn: application.namespace };
  new LoadClient("client", { app, namespace, image: images.stable }, inside);
  return {
    ...strategies[config.strategy]({ config, platform, live, shared: { application, images, inside } }),
    images,
  };
}
