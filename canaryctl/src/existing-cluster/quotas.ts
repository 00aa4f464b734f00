import type { KubeClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { factsOf } from "../../../canary/strategies.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { readIfAllowed } from "./nodes.ts";

interface QuotaList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly hard?: Readonly<Record<string, string>> };
  }[];
}

type SizeConfig = Pick<
  LabConfig,
  "autoscaling" | "canaryEnabled" | "canaryReplicas" | "namespace" | "replicas" | "strategy"
>;

/** Pods that run at the same time, without those of a release that goes on: both sides, and the one that measures. */
function podsOf({ strategy, replicas, canaryEnabled, canaryReplicas, autoscaling }: SizeConfig): number {
  const hasOwnPods = factsOf(strategy).canaryPods === "own" && canaryEnabled;
  const [stable, canary] = autoscaling
    ? [autoscaling.minReplicas, autoscaling.minReplicas]
    : [replicas, canaryReplicas];
  return stable + (hasOwnPods ? canary : 0) + 1;
}

/** The quotas of the namespace that forbid the stack's pods, whoever else has pods there. One that cannot be read is left to the API server. */
export async function quotaFaults(
  client: Pick<KubeClient, "get">,
  config: SizeConfig,
  context: string,
): Promise<readonly UserError[]> {
  const { namespace } = config;
  const quotas = await readIfAllowed<QuotaList>(client, `/api/v1/namespaces/${namespace}/resourcequotas`);
  const pods = podsOf(config);
  return (quotas?.items ?? []).flatMap(({ metadata: { name }, spec: { hard = {} } }) => {
    const most = hard.pods ?? hard["count/pods"];
    if (most === undefined || Number(most) >= pods) return [];
    return new UserError(`ResourceQuota ${name} allows ${most} pods, and the stack has ${pods}.`, {
      place: `namespace ${namespace}`,
      allowed: `a quota of ${pods} pods or more, and one more while pods are replaced; or fewer replicas`,
      next: `kubectl ${context} --namespace ${quoted(namespace)} describe resourcequota ${quoted(name)}`,
    });
  });
}
