import type { types } from "@pulumi/kubernetesx";
import type { Input } from "@pulumi/pulumi";
import {
  type ProbeSpec,
  portsOf,
  probePathsOf,
  type ServedSpec,
  type ServiceSpec,
  versionedEcho,
} from "./service-spec.ts";

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
export interface EchoPodSpec extends PodImageSpec, ServedSpec {
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

/** Not in kubernetesx's short form, which is taken for a list where a variable is called `length`. */
const environmentOf = (environment: NonNullable<ServiceSpec["environment"]>) =>
  Object.entries(environment).map(([name, value]) =>
    typeof value === "string"
      ? { name, value }
      : { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } },
  );

function probesOf(service: ServiceSpec) {
  const paths = probePathsOf(service);
  const probe = (of: keyof typeof paths, periodSeconds: number, failureThreshold: number) => {
    const given: ProbeSpec = service.probes[of] ?? {};
    return {
      httpGet: { path: paths[of], port: service.port },
      periodSeconds: given.periodSeconds ?? periodSeconds,
      failureThreshold: given.failureThreshold ?? failureThreshold,
      ...(given.timeoutSeconds !== undefined && { timeoutSeconds: given.timeoutSeconds }),
    };
  };
  return {
    startupProbe: probe("startup", 1, 60),
    readinessProbe: probe("readiness", 2, 2),
    livenessProbe: probe("liveness", 10, 3),
  };
}

/** The application's pod, the same whichever kind of workload runs it. */
export function renderEchoPod(spec: EchoPodSpec): PodManifest {
  const { app, version, image, labels: more, ...needs } = spec;
  const service: ServiceSpec = spec.service ?? versionedEcho;
  const { command, args, environment, user, readOnlyRootFilesystem } = service;
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
      ...(command && { command: [...command] }),
      ...(args && { args: [...args] }),
      ...(environment && { env: environmentOf(environment) }),
      ports: portsOf(service),
      ...probesOf(service),
      resources: service.resources,
      securityContext: { ...containerSecurity, runAsUser: user, runAsGroup: user, readOnlyRootFilesystem },
      lifecycle: { preStop: { sleep: { seconds: leaveSeconds } } },
    },
    image,
  };
}
