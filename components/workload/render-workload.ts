import type { Input } from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { deploymentName, type Version } from "../names.ts";
import type { DeploymentManifest } from "./deployment.ts";
import { renderEchoPod } from "./render-pod.ts";

/** One version of the application. */
export interface WorkloadSpec extends ApplicationName {
  readonly version: Version;
  /** A reference that the cluster can pull, by digest where it was built here. */
  readonly image: Input<string>;
  /** Pods, at least 1. */
  readonly replicas: number;
}

export function renderDeployment(spec: WorkloadSpec): DeploymentManifest {
  const template = renderEchoPod(spec);
  return {
    metadata: { name: deploymentName(spec.app, spec.version), namespace: spec.namespace, labels: template.labels },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: template.labels },
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
