import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type JudgeSettings, judgeDefaults } from "../../canary/judge/config.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import { type ApplicationInputs, rendered } from "../inputs.ts";
import { renderJudgeTemplate } from "../slo/render-judge-template.ts";
import { createDeployment } from "../workload/deployment.ts";
import type { PodImageSpec } from "../workload/render-pod.ts";
import { renderJudge, renderJudgeAccount, renderJudgeService } from "./render-judge.ts";

export interface JudgeArgs extends ApplicationInputs, PodImageSpec {
  /** An image that is built from apps/judge. */
  readonly image: pulumi.Input<string>;
  /** Where Prometheus answers. Default: the address of the component `KubePrometheusStack`. */
  readonly prometheus?: pulumi.Input<string> | undefined;
  /** Plain: the queries compare with it. */
  readonly objective: Objective;
  /** How sure the judge must be. Default: `judgeDefaults`. Plain, for the address that is asked holds it. */
  readonly judge?: JudgeSettings | undefined;
}

/**
 * The judge of an application's releases, and the AnalysisTemplate by which a Rollout asks it (`analysisOf`). `hooks` are the Deployment's.
 */
export class Judge extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: JudgeArgs, { hooks, ...opts }: pulumi.ComponentResourceOptions = {}) {
    super("canary-lab:judge:Judge", name, {}, opts);
    const { app, namespace, prometheus, objective, judge = judgeDefaults, ...plain } = args;
    const application = { app, namespace };
    const account = new k8s.core.v1.ServiceAccount(`${name}-account`, rendered(application, renderJudgeAccount), {
      parent: this,
    });
    this.deployment = createDeployment(
      `${name}-deployment`,
      { ...application, prometheus },
      (known) => renderJudge({ ...plain, ...known }),
      { parent: this, dependsOn: account, hooks },
    );
    new k8s.core.v1.Service(`${name}-service`, rendered(application, renderJudgeService), { parent: this });
    const template = rendered(application, (known) => renderJudgeTemplate({ ...known, objective, judge }));
    new k8s.apiextensions.CustomResource(
      `${name}-analysis`,
      { ...template, apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisTemplate" },
      { parent: this },
    );
    this.registerOutputs({ deployment: this.deployment });
  }
}
