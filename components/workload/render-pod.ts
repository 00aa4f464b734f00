import type { types } from "@pulumi/kubernetesx";
import type { Input } from "@pulumi/pulumi";
import { containerPort } from "../names.ts";

export type Labels = Readonly<Record<string, string>>;

/** A pod with one container in kubernetesx's short form; `podTemplate` turns it into a Kubernetes one. */
export interface PodManifest {
  readonly labels: Labels;
  readonly annotations?: Labels;
  readonly pod: Omit<types.PodSpec, "containers" | "initContainers">;
  /** The container without its image, which is not known before it is built. */
  readonly container: Omit<types.Container, "image" | "name"> & { readonly name: string };
  readonly image: Input<string>;
}

/** What a pod's image needs. */
export interface PodImageSpec {
  /** The name of a Secret of its namespace, of type kubernetes.io/dockerconfigjson. */
  readonly imagePullSecret?: string | undefined;
  /** Such as `linux/amd64`, where not every node runs it. */
  readonly imagePlatform?: string | undefined;
}

/** A pod of the application. */
export interface EchoPodSpec extends PodImageSpec {
  readonly app: string;
  /** The value of the label `version`. */
  readonly version: string;
  /** A reference that the cluster can pull, by digest where it was built here. */
  readonly image: Input<string>;
  /** Labels beside those that pods are selected by. */
  readonly labels?: Labels;
}

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

/** The part of a pod that says what its image is pulled with, and on which nodes it runs. */
export const imageNeeds = ({ imagePullSecret: name, imagePlatform }: PodImageSpec) => {
  const [os, architecture] = imagePlatform?.split("/") ?? [];
  return {
    ...(name !== undefined && { imagePullSecrets: [{ name }] }),
    ...(os && architecture && { nodeSelector: { "kubernetes.io/os": os, "kubernetes.io/arch": architecture } }),
  };
};

/** The container that answers. */
export const appContainer = "echo";

const http = (path: string) => ({ httpGet: { path, port: containerPort } });

/** The application's pod, the same whichever kind of workload runs it. */
export function renderEchoPod({ app, version, image, labels: more, ...needs }: EchoPodSpec): PodManifest {
  const labels = { app, version };
  return {
    labels: { ...labels, ...more },
    pod: {
      ...podDefaults,
      ...imageNeeds(needs),
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
      name: appContainer,
      ports: { http: containerPort },
      startupProbe: { ...http("/health?probe=liveness"), periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...http("/health"), periodSeconds: 2, failureThreshold: 2 },
      livenessProbe: { ...http("/health?probe=liveness"), periodSeconds: 10, failureThreshold: 3 },
      // No CPU limit: throttling would show as latency that no version is to blame for.
      resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
      securityContext: containerSecurity,
      lifecycle: { preStop: { sleep: { seconds: leaveSeconds } } },
    },
    image,
  };
}
