import * as k8s from "@pulumi/kubernetes";
import * as kx from "@pulumi/kubernetesx";
import type * as pulumi from "@pulumi/pulumi";
import type { DeploymentManifest } from "./render-workload.ts";

/** How long a Deployment may take to become ready before the update says why it did not. */
const patience = { create: "4m", update: "4m", delete: "2m" };

/**
 * The one use of kubernetesx: its PodBuilder writes out the short form of ports, environment and volumes. Its Deployment is left alone,
 * because `asDeploymentSpec` selects by `app` only, so that two versions would fight over each other's pods, and `createService`
 * gives the Service the wrong parent. Containers have to be named, for it cuts the image's name at the first hyphen.
 */
export function createDeployment(
  name: string,
  manifest: DeploymentManifest,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  const pod = new kx.PodBuilder(manifest.pod).podSpec.apply(withoutEmptyLists);
  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata: manifest.metadata,
      spec: { ...manifest.spec, template: { metadata: { labels: manifest.podLabels }, spec: pod } },
    },
    { customTimeouts: patience, ...opts },
  );
}

/** PodBuilder emits a list for everything that it knows; the API server drops empty ones, and a refresh would report them as drift. */
function withoutEmptyLists<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutEmptyLists) as T;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => !(Array.isArray(item) && item.length === 0));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutEmptyLists(item)])) as T;
}
