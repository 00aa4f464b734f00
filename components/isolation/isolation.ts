import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { renderPriorityClass } from "./priority.ts";
import { type MeshPolicySpec, renderMeshPolicies } from "./render-mesh-policies.ts";
import { type NetworkSpec, renderNetworkPolicies } from "./render-network-policies.ts";
import { type QuotaSpec, renderDefaults, renderQuota } from "./render-quota.ts";

/** What decides which children there are, so all of it is plain. */
export interface IsolationArgs extends MeshPolicySpec, QuotaSpec {
  /** What the application's pods are worth (`withPriority`); default: as much as all others. */
  readonly priority?: number | undefined;
  /** What the network lets through, where its policies are enforced; default: everything. */
  readonly network?: Omit<NetworkSpec, keyof ApplicationName> | undefined;
}

/** What keeps an application's namespace apart from others. */
export class Isolation extends pulumi.ComponentResource {
  constructor(name: string, args: IsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:isolation:Isolation", name, {}, opts);
    for (const { role, manifest } of renderMeshPolicies(args))
      new k8s.apiextensions.CustomResource(`${name}-${role}`, manifest, { parent: this });
    new k8s.core.v1.ResourceQuota(`${name}-quota`, renderQuota(args), { parent: this });
    new k8s.core.v1.LimitRange(`${name}-defaults`, renderDefaults(args), { parent: this });
    for (const { role, manifest } of args.network ? renderNetworkPolicies({ ...args, ...args.network }) : [])
      new k8s.networking.v1.NetworkPolicy(`${name}-network-${role}`, manifest, { parent: this });
    const { priority } = args;
    if (priority !== undefined) {
      const manifest = renderPriorityClass({ ...args, priority });
      new k8s.scheduling.v1.PriorityClass(`${name}-priority-class`, manifest, { parent: this });
    }
    this.registerOutputs();
  }
}
