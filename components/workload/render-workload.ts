import type { types } from "@pulumi/kubernetesx";
import type { Input } from "@pulumi/pulumi";
import { containerPort, deploymentName, type Version } from "../names.ts";

/** One version of the application. */
export interface WorkloadSpec {
  readonly app: string;
  readonly namespace: string;
  readonly version: Version;
  /** A reference that the cluster can pull, by digest where it was built here. */
  readonly image: Input<string>;
  /** Pods, at least 1. */
  readonly replicas: number;
}

/** A Deployment with one container in kubernetesx's short form; `createDeployment` turns it into a Kubernetes one. */
export interface DeploymentManifest {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Labels };
  readonly spec: types.PodBuilderDeploymentSpec & {
    readonly selector: { readonly matchLabels: Labels };
  };
  readonly podLabels: Labels;
  readonly pod: Omit<types.PodSpec, "containers" | "initContainers">;
  /** The container without its image, which is not known before it is built. */
  readonly container: Omit<types.Container, "image" | "name"> & { readonly name: string };
  readonly image: Input<string>;
}

export type Labels = Readonly<Record<string, string>>;

/**
 * How long a pod goes on serving after its deletion began, in seconds: callers learn that it left its Service a little later than it
 * is told to stop. The application drains on its own as well; other images may not.
 */
const leaveSeconds = 3;

/** No more than the process needs, for containers of ours. The sidecar brings its own, which a pod-wide user would disturb. */
export const containerSecurity = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};

/** What every pod of the lab has in common: no token of the API server, and the runtime's own system call filter. */
export const podDefaults = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: { seccompProfile: { type: "RuntimeDefault" } },
};

const http = (path: string) => ({ httpGet: { path, port: containerPort } });

export function renderDeployment(spec: WorkloadSpec): DeploymentManifest {
  const labels = { app: spec.app, version: spec.version };
  return {
    metadata: { name: deploymentName(spec.app, spec.version), namespace: spec.namespace, labels },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: labels },
      // A new pod is ready before an old one goes: an update never has fewer pods than asked for.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: 3,
    },
    podLabels: labels,
    pod: {
      ...podDefaults,
      terminationGracePeriodSeconds: 30,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: labels },
        },
      ],
    },
    container: {
      name: "echo",
      ports: { http: containerPort },
      startupProbe: { ...http("/health?probe=liveness"), periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...http("/health"), periodSeconds: 2, failureThreshold: 2 },
      livenessProbe: { ...http("/health?probe=liveness"), periodSeconds: 10, failureThreshold: 3 },
      // No CPU limit: throttling would show as latency that no version is to blame for.
      resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
      securityContext: containerSecurity,
      lifecycle: { preStop: { sleep: { seconds: leaveSeconds } } },
    },
    image: spec.image,
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
