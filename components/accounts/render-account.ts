import type { ApplicationName } from "../../canary/application-name.ts";
import { accountName } from "../names.ts";

/** One thing that an account may do. */
export interface Right {
  readonly verb: string;
  /** As kubectl names it: `deployments.apps`, `pods/log`. */
  readonly resource: string;
  /** Absent for the whole cluster. */
  readonly namespace?: string;
}

/** An account of an application, such as that of whoever moves its traffic. */
export interface AccountSpec extends ApplicationName {
  /** What the account is for, such as `mover`: the end of its name. */
  readonly role: string;
  /** All that it may do. */
  readonly rights: readonly Right[];
}

const group = "rbac.authorization.k8s.io";

/** Without a token in the cluster: whoever acts as the account asks for one that is bound and ends. */
export const renderAccount = ({ app, namespace, role }: AccountSpec) => ({
  metadata: { name: accountName(app, role), namespace, labels: { app } },
  automountServiceAccountToken: false,
});

/**
 * For each place where the account has rights a role with them, and the binding that gives it. Those outside of its namespace have that in
 * their name: they stand beside others'.
 *
 * @param further ends their names, where they come beside those of the account itself
 */
export function renderGrants(spec: AccountSpec, further = "") {
  const { app, role, rights } = spec;
  const subject = { kind: "ServiceAccount", name: accountName(app, role), namespace: spec.namespace };
  const places = [...new Set(rights.map(({ namespace }) => namespace))];
  return places.map((namespace) => {
    const own = `${accountName(app, role)}${further}`;
    const name = namespace === spec.namespace ? own : `${spec.namespace}-${own}`;
    const metadata = { name, labels: { app }, ...(namespace !== undefined && { namespace }) };
    const kind = namespace === undefined ? "ClusterRole" : "Role";
    return {
      /** Undefined for the whole cluster. */
      namespace,
      role: { metadata, rules: rulesOf(rights.filter((right) => right.namespace === namespace)) },
      binding: { metadata, roleRef: { apiGroup: group, kind, name }, subjects: [subject] },
    };
  });
}

/** Rights as RBAC has them: a rule for each resource. */
export function rulesOf(rights: readonly Right[]) {
  const resources = [...new Set(rights.map(({ resource }) => resource))];
  return resources.map((named) => {
    const [full = "", subresource] = named.split("/");
    const [resource = "", ...apiGroup] = full.split(".");
    return {
      apiGroups: [apiGroup.join(".")],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
      verbs: [...new Set(rights.filter((right) => right.resource === named).map(({ verb }) => verb))],
    };
  });
}
