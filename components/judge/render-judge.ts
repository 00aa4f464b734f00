import type { Input } from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { prometheusAddress } from "../monitoring/render-kube-prometheus-stack.ts";
import { judgeName, judgePort } from "../names.ts";
import type { DeploymentManifest } from "../workload/deployment.ts";
import { containerSecurity, imageNeeds, type PodImageSpec, podDefaults } from "../workload/render-pod.ts";

/** The service that says whether the application's canary passes: `apps/judge`. */
export interface JudgeSpec extends ApplicationName, PodImageSpec {
  readonly image: Input<string>;
  /** Where Prometheus answers; default: the address of the lab's own. */
  readonly prometheus?: string | undefined;
}

const labelsOf = ({ app }: ApplicationName) => ({ app: judgeName(app) });

const metadataOf = ({ app, namespace }: ApplicationName) => ({
  name: judgeName(app),
  namespace,
  labels: labelsOf({ app, namespace }),
});

/** An account without any right, and without a token: the judge asks Prometheus, and nobody else. */
export const renderJudgeAccount = (spec: ApplicationName) => ({
  metadata: metadataOf(spec),
  automountServiceAccountToken: false,
});

/** Under a port of its own: what the callers' proxies count at {@link servicePort} is the application's. */
export const renderJudgeService = (spec: ApplicationName) => ({
  // The engine waits for no pod of it: who makes them knows whether they can start.
  metadata: { ...metadataOf(spec), annotations: { "pulumi.com/skipAwait": "true" } },
  spec: {
    selector: labelsOf(spec),
    ports: [{ name: "http", port: judgePort, targetPort: "http", protocol: "TCP" }],
  },
});

export function renderJudge(spec: JudgeSpec): DeploymentManifest {
  const { app, prometheus = prometheusAddress } = spec;
  const probe = (periodSeconds: number) => ({ httpGet: { path: "/healthz", port: "http" }, periodSeconds });
  return {
    metadata: metadataOf(spec),
    spec: {
      replicas: 1,
      selector: { matchLabels: labelsOf(spec) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: 1,
    },
    template: {
      // Who asks is outside of the mesh, and so is Prometheus: a sidecar would only need memory.
      labels: { ...labelsOf(spec), "sidecar.istio.io/inject": "false" },
      pod: {
        ...podDefaults,
        ...imageNeeds(spec),
        serviceAccountName: judgeName(app),
        terminationGracePeriodSeconds: 10,
      },
      container: {
        name: "judge",
        env: { PROMETHEUS_URL: prometheus, PORT: String(judgePort) },
        ports: { http: judgePort },
        startupProbe: { ...probe(1), failureThreshold: 60 },
        readinessProbe: probe(5),
        // A verdict of a long release takes the process its time, in which it answers nobody else.
        livenessProbe: { ...probe(10), timeoutSeconds: 10 },
        // Its own memory is some 60 MB at most; the rest is for the pages of its program, which the kernel can drop.
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "128Mi" } },
        securityContext: containerSecurity,
      },
      image: spec.image,
    },
  };
}
