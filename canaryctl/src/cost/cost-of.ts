import { type Amounts, hourlyCost, type Prices, sumOf } from "../../../canary/cost.ts";
import type { PlanLength } from "../../../stacks/release-plan.ts";
import { type PodRequests, type PodSpec, podRequests } from "./pod-amounts.ts";

/** What a pod is there for. */
export const roles = [
  "stable side",
  "canary",
  "load client and judge",
  "istiod",
  "gateway",
  "monitoring",
  "Argo Rollouts",
] as const;
export type Role = (typeof roles)[number];

export interface CountedPod {
  readonly namespace: string;
  readonly name: string;
  readonly role: Role;
  readonly spec: PodSpec;
}

/** What each container uses, by `namespace/pod/container`; and who measured it. */
export interface MeasuredUse {
  readonly source: string;
  readonly byContainer: ReadonlyMap<string, Amounts>;
}

/** A line of the table. Sidecars have one of their own. */
export interface CostPart {
  readonly part: Role | "sidecars";
  readonly pods: number;
  readonly requests: Amounts;
  /** Null where not all of its containers were measured. */
  readonly used: Amounts | null;
  readonly perHour: number;
}

export interface PlanCost extends PlanLength {
  readonly cost: number;
}

export interface CostReport {
  readonly prices: Prices;
  readonly parts: readonly CostPart[];
  /** All but the stable side, which would run without a canary, a mesh and monitoring as well. */
  readonly added: { readonly requests: Amounts; readonly perHour: number };
  /** What the canary's pods cost, with their sidecars, while the plan lasts; null where the strategy follows no plan. */
  readonly plan: PlanCost | null;
  /** Who measured what is used; null where nobody does. */
  readonly measuredBy: string | null;
  /** Containers that ask for no CPU or no memory, as `namespace/pod/container`. */
  readonly silent: readonly string[];
}

interface CostInput {
  readonly pods: readonly CountedPod[];
  readonly prices: Prices;
  readonly plan: PlanLength | undefined;
  readonly use: MeasuredUse | undefined;
}

export function costOf({ pods, prices, plan, use }: CostInput): CostReport {
  const asked = pods.map((pod) => ({ ...pod, requests: podRequests(pod.spec) }));
  const part = (name: CostPart["part"], some: readonly AskingPod[], of: keyof PodRequests["containers"]): CostPart => {
    const requests = sumOf(some.map((pod) => pod.requests[of]));
    return {
      part: name,
      pods: some.length,
      requests,
      used: usedBy(some, of, use),
      perHour: hourlyCost(requests, prices),
    };
  };
  const parts = [
    ...roles.map((role) =>
      part(
        role,
        asked.filter((pod) => pod.role === role),
        "own",
      ),
    ),
    part(
      "sidecars",
      asked.filter(({ requests }) => requests.containers.sidecar.length > 0),
      "sidecar",
    ),
  ].filter((one) => one.pods > 0 || one.part === "canary");
  const added = sumOf(parts.flatMap(({ part: name, requests }) => (name === "stable side" ? [] : [requests])));
  const canary = asked.filter(({ role }) => role === "canary");
  const canaryHour = hourlyCost(sumOf(canary.flatMap(({ requests: { own, sidecar } }) => [own, sidecar])), prices);
  return {
    prices,
    parts,
    added: { requests: added, perHour: hourlyCost(added, prices) },
    plan: plan ? { ...plan, cost: (canaryHour * plan.seconds) / 3600 } : null,
    measuredBy: use?.source ?? null,
    silent: asked.flatMap(({ namespace, name, requests }) =>
      requests.silent.map((container) => `${namespace}/${name}/${container}`),
    ),
  };
}

type AskingPod = CountedPod & { readonly requests: PodRequests };

function usedBy(
  pods: readonly AskingPod[],
  of: keyof PodRequests["containers"],
  use: MeasuredUse | undefined,
): Amounts | null {
  const used = pods.flatMap(({ namespace, name, requests }) =>
    requests.containers[of].map((container) => use?.byContainer.get(`${namespace}/${name}/${container}`)),
  );
  const known = used.filter((amounts) => amounts !== undefined);
  return known.length === used.length ? sumOf(known) : null;
}
