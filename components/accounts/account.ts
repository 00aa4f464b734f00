import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AccountSpec, renderAccount, renderGrants } from "./render-account.ts";

/** What decides which children there are, so all of it is plain. */
export type AccountArgs = AccountSpec;

/** A ServiceAccount with its rights: a Role where they are for a namespace, a ClusterRole where they are for none. */
export class Account extends pulumi.ComponentResource {
  constructor(name: string, args: AccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:accounts:Account", name, {}, opts);
    const inside = { parent: this };
    new k8s.core.v1.ServiceAccount(`${name}-account`, renderAccount(args), inside);
    createGrants(name, renderGrants(args), inside);
    this.registerOutputs();
  }
}

/** What an account may do beside the rights that it comes with, such as in the namespaces of other applications. */
export class FurtherRights extends pulumi.ComponentResource {
  constructor(name: string, args: AccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("canary-lab:accounts:FurtherRights", name, {}, opts);
    createGrants(name, renderGrants(args, "-further"), { parent: this });
    this.registerOutputs();
  }
}

function createGrants(name: string, grants: ReturnType<typeof renderGrants>, inside: pulumi.CustomResourceOptions) {
  const { Role, RoleBinding, ClusterRole, ClusterRoleBinding } = k8s.rbac.v1;
  for (const { namespace, role, binding } of grants) {
    const grant = `${name}-${namespace ?? "cluster"}`;
    if (namespace === undefined) {
      new ClusterRole(`${grant}-role`, role, inside);
      new ClusterRoleBinding(`${grant}-binding`, binding, inside);
    } else {
      new Role(`${grant}-role`, role, inside);
      new RoleBinding(`${grant}-binding`, binding, inside);
    }
  }
}
