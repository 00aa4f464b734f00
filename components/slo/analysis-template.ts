import type { ApplicationName } from "../../canary/application-name.ts";
import { type AnalysisSource, analysisTemplateName } from "./analysis.ts";

/** What an AnalysisTemplate measures again and again. */
interface Metric<Provider> {
  readonly name: string;
  readonly initialDelay?: string;
  readonly interval: string;
  readonly count: string;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly failureLimit: number;
  readonly consecutiveSuccessLimit: string;
  readonly inconclusiveLimit: string;
  readonly consecutiveErrorLimit: number;
  readonly provider: Provider;
}

interface PrometheusProvider {
  readonly prometheus: { readonly address: string; readonly query: string };
}

/** Without a JSON path the result is the whole body. */
interface WebProvider {
  readonly web: { readonly url: string; readonly timeoutSeconds: number };
}

export interface AnalysisTemplate<Provider = PrometheusProvider | WebProvider> {
  readonly apiVersion: "argoproj.io/v1alpha1";
  readonly kind: "AnalysisTemplate";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly args: readonly { readonly name: string; readonly value?: string }[];
    readonly metrics: readonly Metric<Provider>[];
  };
}

export const argument = (name: string) => `{{args.${name}}}`;

/** Windows without a verdict that a run takes; with one more it is Inconclusive. */
export const patience = 2;

/** What does not answer says nothing of the canary: no number of such errors aborts it, and the run waits. */
const mostErrors = 1_000_000;

/** By what a run of any template ends. In the background the arguments are others (see `analysisOf`). */
export const endings = {
  count: argument("count"),
  failureLimit: 0,
  consecutiveSuccessLimit: argument("successes"),
  inconclusiveLimit: argument("patience"),
  consecutiveErrorLimit: mostErrors,
} as const;

/** What is measured of whom, and the values of {@link endings} for a run that ends by itself. */
interface Measures<Provider> {
  /** The arguments that whoever uses the template gives. */
  readonly subject: readonly string[];
  /** Good measurements in a row that end a run. */
  readonly successes: number;
  /** Measurements without a verdict that a run takes. */
  readonly patience: number;
  /** Most measurements: the controller takes no step's analysis without a number. */
  readonly count: number;
  readonly metrics: readonly Metric<Provider>[];
}

export const renderTemplate = <Provider>(
  { app, namespace }: ApplicationName,
  source: AnalysisSource,
  { subject, metrics, ...ends }: Measures<Provider>,
): AnalysisTemplate<Provider> => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AnalysisTemplate",
  metadata: { name: analysisTemplateName(app, source), namespace, labels: { app } },
  spec: {
    args: [
      ...subject.map((name) => ({ name })),
      ...Object.entries(ends).map(([name, value]) => ({ name, value: String(value) })),
    ],
    metrics,
  },
});
