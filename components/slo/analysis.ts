import type { Source, Upstream } from "../../canary/slo/source.ts";

/** Two subsets of the application's Service, as the judge compares them by what their callers see. */
interface Subsets {
  readonly stable: string;
  readonly canary: string;
}

/** What an analysis looks at: a version by the application's own metrics, what callers see of an upstream, or two subsets. */
export type AnalysisSubject = { readonly version: string } | Upstream | Subsets;

/** Who says whether it is good: a threshold on what one source counts, or the judge. */
export type AnalysisSource = Source["name"] | "judge";

/** Whether an analysis ends by itself, as a step's or a promotion's must, or goes on until the rollout ends. */
export type AnalysisRunKind = "step" | "background";

/** A reference to an AnalysisTemplate, as Rollouts write it in a step, in the background and before or after a promotion. */
export interface AnalysisReference {
  readonly templates: readonly [{ readonly templateName: string }];
  readonly args: readonly { readonly name: string; readonly value: string }[];
}

/** The name of an application's AnalysisTemplate that asks one source. */
export const analysisTemplateName = (app: string, source: AnalysisSource): string => `${app}-slo-${source}`;

/** In the background a while without requests is no reason to stop a rollout: this is days of measurements. */
const endlessPatience = 100_000;

function sourceOf(subject: AnalysisSubject): AnalysisSource {
  if ("version" in subject) return "application";
  return "canary" in subject ? "judge" : "caller";
}

/** How a Rollout names the application's analysis. It exists where the application has a `ServiceLevel`, or a `Judge`. */
export function analysisOf(app: string, subject: AnalysisSubject, kind: AnalysisRunKind): AnalysisReference {
  const named = Object.entries(subject).map(([name, value]: [string, string]) => ({ name, value }));
  const endless = [
    { name: "successes", value: "0" },
    { name: "patience", value: String(endlessPatience) },
    { name: "count", value: "0" },
  ];
  return {
    templates: [{ templateName: analysisTemplateName(app, sourceOf(subject)) }],
    args: kind === "background" ? [...named, ...endless] : named,
  };
}
