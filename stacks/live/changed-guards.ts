import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { objectPath } from "../../cluster/kube/paths.ts";
import { readIfAllowed } from "../../cluster/kube/read-if-allowed.ts";
import { renderAccount, renderGrants } from "../../components/accounts/render-account.ts";
import { accountName } from "../../components/names.ts";
import { policyNames, renderAdmission } from "../../components/policy/render-admission.ts";
import type { MadeObjects } from "../application-kinds.ts";
import type { LabConfig } from "../config/schema.ts";
import { policyObjects } from "../policy.ts";
import type { RegistryUse } from "../rights.ts";
import { roleNames } from "../role-names.ts";
import { accountObjects, roleRights } from "../roles.ts";

type Client = Pick<ClusterClient, "get">;

/** An object as an update leaves it; without fields it is gone then. */
interface Wanted {
  readonly path: string;
  readonly fields?: object;
}

/** As far as a place is read of it. */
interface Rendered {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const wanted = (apiVersion: string, kind: string, { metadata, ...rest }: Rendered): Wanted => {
  const { name, namespace } = metadata;
  return { path: objectPath({ apiVersion, kind, name, ...(namespace && { namespace }) }), fields: rest };
};

const gone = (apiVersion: string, kind: string, metadata: Rendered["metadata"]): Wanted => ({
  path: objectPath({ apiVersion, kind, ...metadata }),
});

/**
 * The kinds of what an update changes of a stack's accounts and of its policy, as the cluster has them now; what may not be read counts as
 * changed.
 *
 * @param config with the places of a platform that is found: see `placedBy`
 */
export async function changedGuards(
  client: Client,
  config: LabConfig,
  registry: RegistryUse,
): Promise<readonly MadeObjects[]> {
  const { policy } = config;
  const [accounts, policies] = await Promise.all([
    isChanged(client, accountsOf(config, registry)),
    isChanged(client, policiesOf(config)),
  ]);
  return [
    ...(accounts ? accountObjects({ ...config, accounts: true }, registry) : []),
    ...(policies ? policyObjects({ policy: { ...policy, mode: "enforce" } }) : []),
  ];
}

function accountsOf(config: LabConfig, registry: RegistryUse): readonly Wanted[] {
  const { app, namespace, accounts } = config;
  return roleNames.flatMap((role) => {
    if (!accounts) return [gone("v1", "ServiceAccount", { name: accountName(app, role), namespace })];
    const spec = { app, namespace, role, rights: roleRights(role, config, registry) };
    const grants = renderGrants(spec).flatMap(({ namespace: place, role, binding }) => {
      const [apiVersion, scope] = ["rbac.authorization.k8s.io/v1", place === undefined ? "Cluster" : ""];
      return [wanted(apiVersion, `${scope}Role`, role), wanted(apiVersion, `${scope}RoleBinding`, binding)];
    });
    return [wanted("v1", "ServiceAccount", renderAccount(spec)), ...grants];
  });
}

function policiesOf({ app, namespace, policy: { mode, ...settings } }: LabConfig): readonly Wanted[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const rendered = mode === "off" ? [] : renderAdmission({ app, namespace, mode, settings });
  const kept = rendered.map(({ policy }) => policy.metadata.name);
  return [
    ...rendered.flatMap(({ policy, binding }) => [
      wanted(apiVersion, "ValidatingAdmissionPolicy", policy),
      wanted(apiVersion, "ValidatingAdmissionPolicyBinding", binding),
    ]),
    ...policyNames({ app, namespace })
      .filter((name) => !kept.includes(name))
      .map((name) => gone(apiVersion, "ValidatingAdmissionPolicy", { name })),
  ];
}

async function isChanged(client: Client, objects: readonly Wanted[]): Promise<boolean> {
  const changed = objects.map(async ({ path, fields }) => {
    const live = await readIfAllowed<object>(client, path);
    return fields === undefined ? live !== undefined : !holds(live, fields);
  });
  return (await Promise.all(changed)).includes(true);
}

/** Whether a live value is as it is wanted. The API server adds fields of its own; a list has one owner, and is compared as a whole. */
function holds(live: unknown, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return live === value;
  if (typeof live !== "object" || live === null || Array.isArray(live) !== Array.isArray(value)) return false;
  if (Array.isArray(value) && Array.isArray(live) && live.length !== value.length) return false;
  const found = live as Readonly<Record<string, unknown>>;
  return Object.entries(value).every(([key, field]) => field === undefined || holds(found[key], field));
}
