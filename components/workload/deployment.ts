import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Inputs, rendered } from "../inputs.ts";
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

/**
 * The engine is done with a Deployment as soon as it is written: it would wait for pods that cannot start as for any other. The program
 * follows them. `skipAwait` would do the same, and the engine would not wait for the end of a deletion either, so that a Deployment of the
 * same name could not be made after it.
 */
export const followedByProgram = { "pulumi.com/waitFor": "jsonpath={.metadata.uid}" } as const;

export const createDeployment = <Spec extends object>(
  name: string,
  inputs: Inputs<Spec>,
  render: (spec: Spec) => DeploymentManifest,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment =>
  new k8s.apps.v1.Deployment(
    name,
    rendered(inputs, (known) => {
      const { metadata, spec, template } = render(known);
      return {
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...followedByProgram } },
        spec: { ...spec, template: podTemplate(template) },
      };
    }),
    { customTimeouts: { delete: "2m" }, ...opts },
  );
