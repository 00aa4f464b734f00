import type { Side } from "../../canary/judge/counters/telemetry.ts";
import { reportedVersion } from "../../components/image/render-built-image.ts";
import { deploymentName, type Version, versions } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";

/** What heals the pods of a side, of the lab's own service. */
export const healing = (side: Side): string => `npx canaryctl faults ${side} --none`;

/** A side of which no pod is ready. */
interface UnreadySide {
  readonly version: Version;
  /** Whether it has no pods: an update makes those, while for pods that are not ready it would only wait. */
  readonly isAbsent: boolean;
  /** Whether users are sent there. */
  readonly hasShare: boolean;
}

/** The commands after which users are served again, the quickest first. */
export function waysToServe(
  { version, isAbsent, hasShare }: UnreadySide,
  { app, namespace, ...images }: Pick<LabConfig, "app" | "namespace" | "stableImage" | "canaryImage">,
): readonly string[] {
  const isCanary = version === versions.canary;
  const back = isCanary && hasShare ? ["npx canaryctl rollback"] : [];
  if (isAbsent) return [...back, "npx canaryctl up"];
  const isOwn = reportedVersion(isCanary ? images.canaryImage : images.stableImage) !== undefined;
  return [
    ...back,
    ...(isOwn ? [healing(isCanary ? "canary" : "stable")] : []),
    `kubectl -n ${namespace} describe deployment ${deploymentName(app, version)}`,
  ];
}
