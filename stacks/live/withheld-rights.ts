import type { KubeClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { ClusterName } from "../../cluster/kubeconfig-file.ts";
import type { Right } from "../../components/accounts/render-account.ts";
import type { LabConfig } from "../config/schema.ts";
import { rightsToMake } from "../needed-rights.ts";
import type { RegistryUse } from "../rights.ts";
import { missingOf } from "./allowed-rights.ts";
import { changedGuards } from "./changed-guards.ts";

/**
 * Why the account may not make an update that changes what gives rights and what holds the stack to its policy; undefined where it may, or
 * where the update leaves those as they are.
 *
 * @param config with the places of a platform that is found: see `placedBy`
 * @param context flags by which kubectl finds the cluster: see `contextFlags`
 */
export async function withheldFault(
  client: Pick<KubeClient, "get" | "create">,
  config: LabConfig,
  context: string,
  registry: RegistryUse,
): Promise<UserError | undefined> {
  const missing = await missingOf(client, rightsToMake(await changedGuards(client, config, registry)));
  return missing.length > 0 ? givesNone(missing, context) : undefined;
}

const givesNone = (missing: readonly Right[], context: string): UserError =>
  new UserError(
    ["This update changes the stack's accounts or its policy, and this account may not:", ...linesOf(missing)].join(
      "\n  - ",
    ),
    {
      allowed:
        "what leaves them as they are; or an account that may give rights, such as one with the ClusterRole cluster-admin",
      first: "have whoever has more rights run this `up` once; after that this account may go on",
      next: question(missing, context),
    },
  );

/** A line for each kind in each place. */
export function linesOf(rights: readonly Right[]): readonly string[] {
  const place = ({ namespace }: Right) => (namespace === undefined ? "in the cluster" : `in namespace ${namespace}`);
  const objects = Map.groupBy(rights, (right) => `${right.resource} ${place(right)}`);
  return [...objects].map(([object, same]) => `${same.map(({ verb }) => verb).join(", ")} ${object}`);
}

/** The command by which the first of them is asked about. */
export function question([first]: readonly Right[], context: string): string {
  const { verb = "", resource = "", namespace } = first ?? {};
  const scope = namespace === undefined ? "" : ` --namespace ${quoted(namespace)}`;
  return `kubectl ${context} auth can-i ${verb} ${resource}${scope}`;
}

/** Flags by which kubectl finds the cluster. */
export const contextFlags = ({ kubeconfig, kubeContext }: Required<ClusterName>): string =>
  `--kubeconfig ${quoted(kubeconfig)} --context ${quoted(kubeContext)}`;
