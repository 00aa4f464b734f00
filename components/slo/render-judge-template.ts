import type { ApplicationName } from "../../canary/application-name.ts";
import { formatDuration } from "../../canary/duration.ts";
import type { JudgeSettings } from "../../canary/judge/config.ts";
import { settingParameters } from "../../canary/judge/parameters.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import { scrapeSeconds } from "../monitoring/render-kube-prometheus-stack.ts";
import { judgeName, judgePort } from "../names.ts";
import { type AnalysisTemplate, argument, endings, patience, renderTemplate } from "./analysis-template.ts";

/** An application whose releases are judged. */
export interface JudgeTemplateSpec extends ApplicationName {
  readonly objective: Objective;
  readonly judge: JudgeSettings;
}

/** Seconds that a run takes where the traffic before it was enough: its first answer is a pass. */
export const passSeconds = scrapeSeconds;

/**
 * The judge as the Rollouts controller asks it, about the two subsets that the user of the template names (see `analysisOf`). A run is
 * Failed by its first `fail`, Successful by its first `pass`, and Inconclusive after as long without either as the plain rule takes.
 * Neither an outage of Prometheus, for the judge's answer is that there is no verdict, nor one of the judge aborts.
 */
export function renderJudgeTemplate({ app, namespace, objective, judge }: JudgeTemplateSpec): AnalysisTemplate {
  const { errorRate, p95Milliseconds, windowSeconds } = objective;
  const asked = [
    "telemetry=envoy",
    `namespace=${namespace}`,
    `app=${app}`,
    `stable=${argument("stable")}`,
    `canary=${argument("canary")}`,
    `step=${scrapeSeconds}`,
    `errorRate=${errorRate}`,
    `p95Milliseconds=${p95Milliseconds}`,
    ...Object.entries(settingParameters(judge)).map(([name, text]) => `${name}=${encodeURIComponent(text)}`),
  ];
  const inconclusive = Math.ceil(((patience + 1) * windowSeconds) / scrapeSeconds) - 1;
  return renderTemplate({ app, namespace }, "judge", {
    subject: ["stable", "canary"],
    successes: 1,
    patience: inconclusive,
    // More than the patience, or a run whose measurements all came to nothing would be a success.
    count: inconclusive + 1,
    metrics: [
      {
        name: "verdict",
        interval: formatDuration(scrapeSeconds),
        ...endings,
        successCondition: 'result.verdict == "pass"',
        failureCondition: 'result.verdict == "fail"',
        provider: {
          web: {
            url: `http://${judgeName(app)}.${namespace}.svc.cluster.local:${judgePort}/argo-rollouts?${asked.join("&")}`,
            timeoutSeconds: 10,
          },
        },
      },
    ],
  });
}
