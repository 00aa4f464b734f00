import type * as pulumi from "@pulumi/pulumi";
import { versionOf } from "../../components/image/image-version.ts";
import type { RollingUpdateSpec } from "../../components/rolling-update/render-rolling-update.ts";
import { RollingUpdate } from "../../components/rolling-update/rolling-update.ts";
import { named } from "../application-scope.ts";
import { rollingStart } from "../live/deployment-starts.ts";
import { together } from "../live/hook-bindings.ts";
import { revisionReference, type StrategyContext } from "./strategy.ts";

/**
 * The one Deployment whose pods go from version to version, followed until they are ready.
 *
 * @returns what stands for it in `dependsOn`: there when its pods are
 */
export function createRolling(
  { config, shared, live }: Pick<StrategyContext, "config" | "shared" | "live">,
  replicasOwner: RollingUpdateSpec["replicasOwner"],
  dependsOn: pulumi.Input<pulumi.Resource>[],
  own: pulumi.ResourceHookBinding | undefined,
): pulumi.Input<pulumi.Resource> {
  const { app, namespace, replicas, imagePullSecret, imagePlatform, service } = config;
  const { images, inside } = shared;
  const image = images.canary ?? images.stable;
  const reference = revisionReference(config);
  const version = versionOf(reference);
  const followed = live.starts?.follow(rollingStart(config));
  const hooks = together(followed?.hooks, own);
  const spec = {
    app,
    namespace,
    version,
    image,
    reference,
    replicas,
    replicasOwner,
    imagePullSecret,
    imagePlatform,
    service,
  };
  const rolling = new RollingUpdate(
    named("rolling"),
    { ...spec, ...config.rollingUpdate },
    { ...inside, dependsOn, hooks },
  );
  return followed?.ready(rolling, rolling.deployment) ?? rolling;
}
