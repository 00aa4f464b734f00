import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { versionOf } from "../image/image-version.ts";
import { type ApplicationInputs, rendered } from "../inputs.ts";
import { podTemplate } from "../workload/pod-template.ts";
import { type PodImageSpec, renderEchoPod } from "../workload/render-pod.ts";
import type { ServedSpec } from "../workload/service-spec.ts";
import { renderRolloutBudget } from "./render-rollout.ts";
import type { OwnPods, RolloutManifest } from "./rollout-types.ts";

/** What every Rollout is made of, whatever its strategy. */
export interface RolloutPodsSpec extends ApplicationName, PodImageSpec, ServedSpec {
  readonly image: pulumi.Input<string>;
  /** The image as the config names it, which says the version that runs here. */
  readonly reference: string;
  /** Pods, at least 1. */
  readonly replicas: number;
}

/** The fields of a Rollout's arguments that may be outputs, beside the image. */
export type RolloutInputs = "app" | "namespace" | "replicas";

/** What a Rollout of its own pods runs. */
export const ownPods = ({
  app,
  image,
  reference,
  service,
  imagePullSecret,
  imagePlatform,
}: RolloutPodsSpec): OwnPods => ({
  template: renderEchoPod({ app, version: versionOf(reference), image, service, imagePullSecret, imagePlatform }),
});

export interface RolloutWorkloadArgs extends ApplicationInputs {
  readonly replicas: pulumi.Input<number>;
  readonly render: (spec: ApplicationName & { readonly replicas: number }) => RolloutManifest;
}

/**
 * The pods of an application in the care of the Rollouts controller. It is there as soon as it is written: follow it to see it ready.
 * `hooks` are the Rollout's.
 */
export class RolloutWorkload extends pulumi.ComponentResource {
  readonly rollout: k8s.apiextensions.CustomResource;

  constructor(name: string, args: RolloutWorkloadArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:rollout:RolloutWorkload", name, {}, opts);
    const { render, replicas, ...application } = args;
    this.rollout = new k8s.apiextensions.CustomResource(
      `${name}-rollout`,
      {
        ...rendered({ ...application, replicas }, (spec) => withPods(render(spec))),
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
      },
      { parent: this, hooks },
    );
    const budget = rendered(application, renderRolloutBudget);
    new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption-budget`, budget, { parent: this });
    this.registerOutputs({ rollout: this.rollout });
  }
}

function withPods({ metadata, spec, pods }: RolloutManifest) {
  if ("workloadRef" in pods) return { metadata, spec: { ...spec, workloadRef: pods.workloadRef } };
  const { template } = pods;
  const selector = { matchLabels: { app: template.labels.app } };
  return { metadata, spec: { ...spec, selector, template: podTemplate(template) } };
}
