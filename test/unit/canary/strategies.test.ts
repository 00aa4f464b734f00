import { expect, test } from "@jest/globals";
import { factsOf, type StrategyOption, strategiesWhere, strategyNames } from "../../../canary/strategies.ts";

test.each(strategyNames)("%s: its facts do not contradict each other", (name) => {
  const { owner, workloads, canaryPods, steps, options } = factsOf(name);
  // One workload has one number of pods, and its own controller replaces its revisions.
  expect(workloads === "one").toBe(owner.endsWith("-controller"));
  if (workloads === "one") expect(canaryPods).toBe("shared");
  // A plan is read where something follows it.
  expect(options.includes("plan")).toBe(steps !== "none");
  // Where the config owns the weight, people move it along the plan.
  expect(["route", "pods"].includes(steps)).toBe(owner === "pulumi");
});

test("each option is read by a strategy", () => {
  const options: Record<StrategyOption, true> = {
    analysis: true,
    blueGreen: true,
    migration: true,
    plan: true,
    rolloutCanary: true,
    rollingUpdate: true,
    stickyCookie: true,
  };
  for (const option of Object.keys(options) as StrategyOption[])
    expect(strategiesWhere((facts) => facts.options.includes(option))).not.toEqual([]);
});
