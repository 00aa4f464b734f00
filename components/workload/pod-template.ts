import type * as k8s from "@pulumi/kubernetes";
import * as kx from "@pulumi/kubernetesx";
import * as pulumi from "@pulumi/pulumi";
import type { PodManifest } from "./render-pod.ts";

type Container = k8s.types.input.core.v1.Container;

/**
 * The one use of kubernetesx: its PodBuilder writes out the short form of ports, environment and mounts. Its Deployment is left alone,
 * because `asDeploymentSpec` selects by `app` only, so that two versions would fight over each other's pods, and `createService`
 * gives the Service the wrong parent. The container has to be named, for it cuts the image's name at the first hyphen.
 */
export function podTemplate(manifest: PodManifest) {
  const built = pulumi.output(new kx.PodBuilder({ containers: [manifest.container] }).podSpec).containers;
  // Field by field, so that an image which is yet to be built hides nothing else from a preview; and only the fields that were given,
  // for PodBuilder emits an empty list for each of the others, which a refresh would report as drift.
  const fields = Object.keys(manifest.container) as (keyof Container)[];
  const container = Object.fromEntries(fields.map((field) => [field, built.apply(([only]) => only?.[field])]));
  return {
    metadata: { labels: manifest.labels, ...(manifest.annotations && { annotations: manifest.annotations }) },
    spec: {
      ...manifest.pod,
      containers: [{ ...container, name: manifest.container.name, image: manifest.image }],
    },
  };
}
