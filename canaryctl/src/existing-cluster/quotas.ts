import type { KubeClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { factsOf } from "../../../canary/strategies.ts";
import { readIfAllowed } from "../../../cluster/kube/read-if-allowed.ts";
import { quotaName } from "../../../components/isolation/render-quota.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";

interface QuotaList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly hard?: Readonly<Record<string, string>>;
      /** With either of them it counts some of the pods only, such as those of a priority class. */
      readonly scopes?: readonly string[];
      readonly scopeSelector?: object;
    };
  }[];
}

type SizeConfig = Pick<
  LabConfig,
  "app" | "autoscaling" | "canaryEnabled" | "canaryReplicas" | "namespace" | "replicas" | "strategy"
>;

/** Pods that run at the same time, without those of a release that goes on: both sides, and the one that measures. */
function podsOf({ strategy, replicas, canaryEnabled, canaryReplicas, autoscaling }: SizeConfig): number {
  const hasOwnPods = factsOf(strategy).canaryPods === "own" && canaryEnabled;
  const [stable, canary] = autoscaling
    ? [autoscaling.minReplicas, autoscaling.minReplicas]
    : [replicas, canaryReplicas];
  return stable + (hasOwnPods ? canary : 0) + 1;
}

/** A number of pods as quotas have it: the API server writes 5000 as `5k`. NaN for what is none. */
const countOf = (quantity: string): number => Number(quantity.replace(/k$/, "e3").replace(/M$/, "e6"));

/**
 * The quotas of the namespace that forbid the stack's pods, whoever else has pods there. The stack's own quota grows with it. A quota that
 * cannot be read is left to the API server.
 */
export async function quotaFaults(
  client: Pick<KubeClient, "get">,
  config: SizeConfig,
  context: string,
): Promise<readonly UserError[]> {
  const { namespace } = config;
  const quotas = await readIfAllowed<QuotaList>(client, `/api/v1/namespaces/${namespace}/resourcequotas`);
  const pods = podsOf(config);
  return (quotas?.items ?? []).flatMap(({ metadata: { name }, spec: { hard = {}, scopes, scopeSelector } }) => {
    const most = [hard.pods, hard["count/pods"]].find((limit) => limit !== undefined && countOf(limit) < pods);
    if (name === quotaName(config.app) || most === undefined || scopes || scopeSelector) return [];
    return new UserError(`ResourceQuota ${name} allows ${most} pods, and the stack has ${pods}.`, {
      place: `namespace ${namespace}`,
      allowed: `a quota of ${pods} pods or more, and one more while pods are replaced; or fewer replicas`,
      next: `kubectl ${context} --namespace ${quoted(namespace)} describe resourcequota ${quoted(name)}`,
    });
  });
}
