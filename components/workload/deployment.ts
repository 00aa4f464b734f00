import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { podTemplate } from "./pod-template.ts";
import type { Labels, PodManifest } from "./render-pod.ts";

/** A Deployment whose pods are still in kubernetesx's short form. */
export interface DeploymentManifest {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Labels;
    readonly annotations?: Labels;
  };
  readonly spec: Omit<k8s.types.input.apps.v1.DeploymentSpec, "selector" | "template"> & {
    readonly selector: { readonly matchLabels: Labels };
  };
  readonly template: PodManifest;
}

/** How long a Deployment may take to become ready before the update says why it did not, and so many seconds `longer`. */
export function deploymentTimeouts(longer = 0): pulumi.CustomTimeouts {
  const seconds = `${240 + longer}s`;
  return { create: seconds, update: seconds, delete: "2m" };
}

export const createDeployment = (
  name: string,
  { metadata, spec, template }: DeploymentManifest,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment =>
  new k8s.apps.v1.Deployment(
    name,
    { metadata, spec: { ...spec, template: podTemplate(template) } },
    { customTimeouts: deploymentTimeouts(), ...opts },
  );
