import type { Source, Upstream } from "../../canary/slo/source.ts";

/** What an analysis looks at: a version by the application's own metrics, or what callers see of an upstream. */
export type AnalysisSubject = { readonly version: string } | Upstream;

/** Whether an analysis ends by itself, as a step's or a promotion's must, or goes on until the rollout ends. */
export type AnalysisRunKind = "step" | "background";

/** A reference to an AnalysisTemplate, as Rollouts write it in a step, in the background and before or after a promotion. */
export interface AnalysisReference {
  readonly templates: readonly [{ readonly templateName: string }];
  readonly args: readonly { readonly name: string; readonly value: string }[];
}

/** The name of an application's AnalysisTemplate with the queries of one source. */
export const analysisTemplateName = (app: string, source: Source["name"]): string => `${app}-slo-${source}`;

/** In the background a while without requests is no reason to stop a rollout: this is days of measurements. */
const endlessPatience = 100_000;

/** How a Rollout names the application's analysis. It exists where the application has a `ServiceLevel`. */
export function analysisOf(app: string, subject: AnalysisSubject, kind: AnalysisRunKind): AnalysisReference {
  const named = Object.entries(subject).map(([name, value]: [string, string]) => ({ name, value }));
  const endless = [
    { name: "successes", value: "0" },
    { name: "patience", value: String(endlessPatience) },
    { name: "count", value: "0" },
  ];
  return {
    templates: [{ templateName: analysisTemplateName(app, "version" in subject ? "application" : "caller") }],
    args: kind === "background" ? [...named, ...endless] : named,
  };
}
