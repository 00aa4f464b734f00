import { type Amounts, gibOf, hourlyCost, sumOf } from "../../../canary/cost.ts";
import { deploymentName, versions } from "../../../components/names.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { planLength } from "../../../stacks/release-plan.ts";
import type { PlanCost } from "../cost/cost-of.ts";
import { planText, short } from "../cost/cost-text.ts";
import { type PodSpec, podRequests } from "../cost/pod-amounts.ts";
import type { Fields, Step } from "./preview-events.ts";
import { kindOf } from "./traffic.ts";
import type { Words } from "./words.ts";

/** What the pods that an update makes ask for, before it and after it. Sidecars and what charts install are in neither. */
export interface CostChange {
  readonly before: Amounts;
  readonly after: Amounts;
  /** The difference, in an hour. */
  readonly perHour: number;
  readonly currency: string;
  /** Of a canary with pods of its own; null where there is none, and where no plan is followed. */
  readonly plan: PlanCost | null;
}

/** Null where the pods ask for as much as before. */
export function costChange(steps: readonly Step[], config: LabConfig): CostChange | null {
  const { app, prices } = config;
  const requests = (side: "before" | "after", name?: string) =>
    sumOf(steps.map((step) => requestsIn(step, side, name)));
  const [before, after] = [requests("before"), requests("after")];
  if (before.cpu === after.cpu && before.memory === after.memory) return null;
  const canaryHour = hourlyCost(requests("after", deploymentName(app, versions.canary)), prices);
  const length = planLength(config);
  return {
    before,
    after,
    perHour: hourlyCost(after, prices) - hourlyCost(before, prices),
    currency: prices.currency,
    plan: length && canaryHour > 0 ? { ...length, cost: (canaryHour * length.seconds) / 3600 } : null,
  };
}

const workloads: readonly string[] = ["Deployment", "Rollout"];

function requestsIn(step: Step, side: "before" | "after", name?: string): Amounts {
  const inputs: Fields = step[side] ?? {};
  const { template, replicas = 1 } = (inputs.spec ?? {}) as {
    readonly template?: { readonly spec: PodSpec };
    readonly replicas?: number;
  };
  const isMeant = name === undefined || (inputs.metadata as Fields | undefined)?.name === name;
  if (!template || !isMeant || !workloads.includes(kindOf(step.type))) return sumOf([]);
  const { cpu, memory } = podRequests(template.spec).own;
  return { cpu: cpu * replicas, memory: memory * replicas };
}

export function costWords({ before, after, perHour, currency, plan }: CostChange): Words {
  const amounts = (some: Amounts) => `${short(some.cpu)} CPUs and ${short(gibOf(some))} GiB`;
  const change = `pods ask for ${amounts(before)} -> ${amounts(after)}, ${perHour < 0 ? "" : "+"}${short(perHour)} ${currency} an hour`;
  const ofPlan = plan ? `; ${planText(plan, currency)}` : "";
  return [`${change}${ofPlan} (without sidecars and what charts install)`];
}
