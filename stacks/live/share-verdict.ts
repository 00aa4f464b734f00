import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { podsNeeded } from "../../canary/capacity.ts";
import { nextImage } from "../../components/image/image-version.ts";
import { deploymentName, type Version, versions } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";
import { waysToServe } from "./ways-to-serve.ts";

/** The pods of one side, as the cluster has them. */
export interface SidePods {
  readonly ready: number;
  readonly wanted: number;
}

/** A move of the traffic that is about to be made. */
export interface ShareMove {
  /** The canary's share, in percent: the live one, undefined where there is no route yet, and the next one. */
  readonly from: number | undefined;
  readonly to: number;
  /** Undefined where a side is not deployed. */
  readonly stable: SidePods | undefined;
  readonly canary: SidePods | undefined;
}

type Asked = Pick<
  LabConfig,
  | "app"
  | "namespace"
  | "replicas"
  | "stableImage"
  | "canaryImage"
  | "canaryEnabled"
  | "canaryReplicas"
  | "allowOverload"
  | "autoscaling"
>;

/**
 * Whether the side whose share grows has the pods for it; the one judge of canaryctl and of the program. All traffic to the stable side
 * is a rollback, which nothing holds up.
 *
 * @returns undefined where it may, else what to tell the user
 */
export function shareFault({ from = 0, to, stable, canary }: ShareMove, config: Asked): UserError | undefined {
  if (to === 0 || to === from) return undefined;
  const whole = wholeOf({ from, stable, canary }, config);
  if (to < from)
    return stable && podsFault(versions.stable, stable, { share: 100 - to, whole, hasShare: from < 100 }, config);
  return canary && config.canaryEnabled
    ? podsFault(versions.canary, canary, { share: to, whole, hasShare: from > 0 }, config)
    : noCanary(config);
}

/** Pods that carry all of the traffic: as many as the config says, or where an autoscaler does, as the side has that carries it now. */
function wholeOf(
  { from, stable, canary }: Pick<ShareMove, "stable" | "canary"> & { readonly from: number },
  { autoscaling, replicas }: Asked,
): number {
  if (!autoscaling) return replicas;
  return Math.max((from > 50 ? canary : stable)?.ready ?? 0, autoscaling.minReplicas);
}

type Named = Pick<Asked, "app" | "namespace" | "canaryImage" | "canaryEnabled"> & Pick<LabConfig, "stableImage">;

/** Where the config asks for one, an update makes it again; under a new name it comes without a share. */
export const noCanary = (config: Named): UserError =>
  new UserError("There is no canary: its share of the traffic would get errors.", {
    place: placeOf(config, versions.canary),
    next: config.canaryEnabled
      ? ["npx canaryctl up", "npx canaryctl rollback && npx canaryctl up"]
      : `npx canaryctl create-canary --image ${quoted(nextImage(config))}`,
  });

/** A side has too few ready pods for its share. */
class ShareError extends UserError {
  override readonly kind = "share";
}

function podsFault(
  version: Version,
  { ready, wanted }: SidePods,
  { share, whole, hasShare }: { readonly share: number; readonly whole: number; readonly hasShare: boolean },
  config: Asked,
): UserError | undefined {
  const name = version === versions.canary ? "The canary" : "The stable side";
  const place = placeOf(config, version);
  if (ready === 0) {
    return new ShareError(`${name} has no ready pod of ${wanted}: its share of the traffic would get errors.`, {
      place,
      next: waysToServe({ version, isAbsent: wanted === 0, hasShare }, config),
    });
  }
  const needed = podsNeeded(whole, share);
  if (ready >= needed || config.allowOverload) return undefined;
  return new ShareError(
    `${name} has ${ready} ready pods, and ${share} % of the traffic needs ${needed} of the ${whole} that carry all of it.`,
    {
      place,
      allowed: `a share for which its pods are enough, or allowOverload true (canaryctl --allow-overload)`,
      next: wayToPods(version, needed, config),
    },
  );
}

/** An autoscaler takes up what somebody has scaled, and leaves it for a while. */
function wayToPods(version: Version, needed: number, config: Asked): string {
  const { namespace, app, autoscaling, canaryImage, canaryReplicas } = config;
  const name = deploymentName(app, version);
  const wait = `kubectl -n ${namespace} rollout status deployment ${name} --timeout 60s`;
  if (autoscaling) return `kubectl -n ${namespace} scale deployment ${name} --replicas ${needed} && ${wait}`;
  return version === versions.canary && canaryReplicas < needed
    ? `npx canaryctl create-canary --image ${quoted(canaryImage)} --replicas ${needed}`
    : wait;
}

const placeOf = ({ app, namespace }: Pick<Asked, "app" | "namespace">, version: Version): string =>
  `deployment ${namespace}/${deploymentName(app, version)}`;
