import type { Input } from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { callerStatsAnnotations } from "../mesh/caller-stats.ts";
import { clientName } from "../names.ts";
import type { DeploymentManifest } from "../workload/deployment.ts";
import { containerSecurity, imageNeeds, type PodImageSpec, podDefaults } from "../workload/render-pod.ts";

/** A pod in the mesh that an application's traffic is measured from; its own name derives from the application's. */
export interface LoadClientSpec extends ApplicationName, PodImageSpec {
  /** An image that holds /app/load.mjs. It is not that of a side, so that a release does not replace the client that measures it. */
  readonly image: Input<string>;
}

/** The container that load is started in, by `kubectl exec`. */
export const clientContainer = "client";

/** The pod idles: each measurement is one bounded run inside it, so nothing is sent that nobody asked for. */
export function renderLoadClient(spec: LoadClientSpec): DeploymentManifest {
  const labels = { app: clientName(spec.app) };
  return {
    metadata: { name: clientName(spec.app), namespace: spec.namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      // Not Recreate: while its old pod goes, the provider still reads the old rollout's success and ends its wait.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: 1,
    },
    template: {
      labels,
      annotations: callerStatsAnnotations,
      pod: { ...podDefaults, ...imageNeeds(spec), terminationGracePeriodSeconds: 5 },
      container: {
        name: clientContainer,
        command: ["node", "/app/load.mjs", "--wait"],
        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: containerSecurity,
      },
      image: spec.image,
    },
  };
}
