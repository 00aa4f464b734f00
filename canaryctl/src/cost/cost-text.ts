import { type Amounts, gibOf } from "../../../canary/cost.ts";
import { formatDuration } from "../../../canary/duration.ts";
import { table } from "../print.ts";
import type { CostReport, PlanCost } from "./cost-of.ts";

/** Three digits of a number count. */
export const short = (value: number): string => `${Number(value.toPrecision(3))}`;

const cpuAndGib = (amounts: Amounts | null): readonly [string, string] =>
  amounts ? [short(amounts.cpu), short(gibOf(amounts))] : ["?", "?"];

export function costText({ prices, parts, added, plan, measuredBy, silent }: CostReport): readonly string[] {
  const { currency, cpuHour, gibHour } = prices;
  const uses = measuredBy !== null;
  const rows = parts.map(({ part, pods, requests, used, perHour }) => [
    part,
    `${pods}`,
    ...cpuAndGib(requests),
    short(perHour),
    ...(uses ? cpuAndGib(used) : []),
  ]);
  const head = ["", "pods", "CPUs", "GiB", `${currency} an hour`, ...(uses ? ["CPUs used", "GiB used"] : [])];
  return [
    `What pods ask for, at ${cpuHour} ${currency} for a CPU and ${gibHour} ${currency} for a GiB of memory, an hour each (prices in the config):`,
    "",
    ...table([head, ...rows, ["beside the stable side", "", ...cpuAndGib(added.requests), short(added.perHour)]]),
    "",
    ...planLines(plan, currency),
    uses
      ? `Use is measured by ${measuredBy}.`
      : "What is used is not known: the cluster has no metrics-server, and no Prometheus of this stack counts containers.",
    ...(silent.length > 0 ? [`In no number, for they ask for no CPU or no memory: ${silent.join(", ")}.`] : []),
  ];
}

function planLines(plan: CostReport["plan"], currency: string): readonly string[] {
  if (!plan) return ["The strategy follows no plan, so its length is not known."];
  return [`With its sidecars, ${planText(plan, currency)}.`];
}

/** Such as `the canary costs 0.004 USD for the plan, 90s and what people take for 1 decision`. */
export function planText({ seconds, decisions, cost }: PlanCost, currency: string): string {
  const people =
    decisions === 0 ? "" : ` and what people take for ${decisions} ${decisions === 1 ? "decision" : "decisions"}`;
  return `the canary costs ${short(cost)} ${currency} for the plan, ${formatDuration(Math.round(seconds))}${people}`;
}
