import type { Input } from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { slotLabels } from "../image/image-version.ts";
import { deploymentName, type Version, versions } from "../names.ts";
import type { DeploymentManifest } from "./deployment.ts";
import { type PodImageSpec, renderEchoPod } from "./render-pod.ts";
import type { ServedSpec } from "./service-spec.ts";

/** One side of the application. */
export interface WorkloadSpec extends ApplicationName, PodImageSpec, ServedSpec {
  /** The name of its slot, in its own name and in the selector: it can never change, whichever version runs there. */
  readonly version: Version;
  /** A reference that the cluster can pull, by digest where it was built here. */
  readonly image: Input<string>;
  /** The image as the config names it, which says the version that runs here. */
  readonly reference: string;
  /** Pods, at least 1. */
  readonly replicas: number;
}

/** What a slot is for. */
export const roleOf = (version: Version): "stable" | "canary" => (version === versions.stable ? "stable" : "canary");

export function renderDeployment(spec: WorkloadSpec): DeploymentManifest {
  const template = renderEchoPod({ ...spec, labels: slotLabels(roleOf(spec.version), spec.reference) });
  return {
    metadata: { name: deploymentName(spec.app, spec.version), namespace: spec.namespace, labels: template.labels },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: { app: spec.app, version: spec.version } },
      // A new pod is ready before an old one goes: an update never has fewer pods than asked for.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: 3,
    },
    template,
  };
}

/** Drains take one pod of a version at a time, and are not held up by a pod that is broken anyway. */
export function renderDisruptionBudget(spec: WorkloadSpec) {
  const labels = { app: spec.app, version: spec.version };
  return {
    metadata: { name: deploymentName(spec.app, spec.version), namespace: spec.namespace, labels },
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: labels } },
  };
}
