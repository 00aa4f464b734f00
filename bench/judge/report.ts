import { rules } from "./rules.ts";
import { alikeScenarios, type Result, simulate, worseScenarios } from "./simulate.ts";
import type { Scenario } from "./traffic.ts";

/** Two tables in Markdown: false alarms, and power with the median time to it. Each row runs on the same seeds. */
export function judgeReport(releases: number, seconds: number): string {
  const began = Date.now();
  const tables = [
    table(
      "both sides alike: releases stopped; median seconds to the judge's pass of errors",
      alikeScenarios,
      releases,
      seconds,
    ),
    table("canary worse: releases stopped, median seconds to it", worseScenarios, releases, seconds),
  ];
  const took = Math.round((Date.now() - began) / 1000);
  return `${tables.join("\n\n")}\n\n${releases} releases a row, each ${seconds} s at most, in ${took} s.`;
}

function table(title: string, scenarios: readonly Scenario[], releases: number, seconds: number): string {
  const names = Object.keys(rules);
  const rows = scenarios.map((scenario) => {
    const results = simulate(scenario, releases, seconds);
    return [scenario.name, ...names.map((name) => cell(results[name]))];
  });
  return [[title, ...names], ["", ...names].map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cell(result: Result | undefined): string {
  if (!result) return "–";
  const { failed, medianFail, passed, medianPass } = result;
  const share = `${(100 * failed).toFixed(1)} %`;
  const stopped = medianFail === undefined ? share : `${share}, ${medianFail} s`;
  return medianPass === undefined
    ? stopped
    : `${stopped}; passed at some moment ${(100 * passed).toFixed(1)} %, ${medianPass} s`;
}
