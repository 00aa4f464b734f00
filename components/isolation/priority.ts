import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";

/** What an application's pods are worth where a node has no room for all. */
export interface PrioritySpec extends ApplicationName {
  /** 1..1000000000; pods without a class have 0. */
  readonly priority: number;
}

/** It belongs to the whole cluster, and its value can never change: so the value is in its name. */
const nameOf = ({ app, namespace, priority }: PrioritySpec): string => `${namespace}.${app}.${priority}`;

export const renderPriorityClass = (spec: PrioritySpec) => ({
  metadata: { name: nameOf(spec), labels: { app: spec.app } },
  value: spec.priority,
  description: `Pods of ${spec.app} in namespace ${spec.namespace}`,
});

const workloads = ["kubernetes:apps/v1:Deployment", "kubernetes:argoproj.io/v1alpha1:Rollout"];

/** Gives the pods of each workload below a component that priority; a Rollout that has its pods from a Deployment is left alone. */
export const withPriority =
  (spec: PrioritySpec): pulumi.ResourceTransformation =>
  ({ type, props, opts }) => {
    const { template } = props.spec ?? {};
    if (!workloads.includes(type) || !template) return undefined;
    const pod = { ...template.spec, priorityClassName: nameOf(spec) };
    return { props: { ...props, spec: { ...props.spec, template: { ...template, spec: pod } } }, opts };
  };
