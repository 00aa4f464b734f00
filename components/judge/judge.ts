import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type JudgeTemplateSpec, renderJudgeTemplate } from "../slo/render-judge-template.ts";
import { createDeployment } from "../workload/deployment.ts";
import { type JudgeSpec, renderJudge, renderJudgeAccount, renderJudgeService } from "./render-judge.ts";

export interface JudgeArgs extends JudgeSpec, JudgeTemplateSpec {
  /** Run before the Deployment is made or changed. */
  readonly hooks?: pulumi.ResourceHookBinding;
}

/** The judge of an application's releases, and the AnalysisTemplate by which a Rollout asks it (`analysisOf`). */
export class Judge extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, { hooks, objective, judge, ...spec }: JudgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:judge:Judge", name, {}, opts);
    const account = new k8s.core.v1.ServiceAccount(`${name}-account`, renderJudgeAccount(spec), { parent: this });
    this.deployment = createDeployment(`${name}-deployment`, renderJudge(spec), {
      parent: this,
      dependsOn: account,
      ...(hooks && { hooks }),
    });
    new k8s.core.v1.Service(`${name}-service`, renderJudgeService(spec), { parent: this });
    const template = renderJudgeTemplate({ app: spec.app, namespace: spec.namespace, objective, judge });
    new k8s.apiextensions.CustomResource(`${name}-analysis`, template, { parent: this });
    this.registerOutputs();
  }
}
