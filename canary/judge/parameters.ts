import { type JudgeSettings, judgeDefaults } from "./config.ts";

/** The limits as parameters of a request: where each stands in the settings. */
export const limitParameters = {
  errorsTolerance: ["errors", "tolerance"],
  errorsWorse: ["errors", "worse"],
  errorsFloorPoints: ["errors", "floorPoints"],
  latencyTolerance: ["latency", "tolerance"],
  latencyWorse: ["latency", "worse"],
  latencyFloorPoints: ["latency", "floorPoints"],
  latencyFloorMilliseconds: ["latency", "floorMilliseconds"],
  latencyWarmUpSeconds: ["latency", "warmUpSeconds"],
} as const;
export type LimitParameter = keyof typeof limitParameters;

/** Settings as parameters by which the judge in the cluster is asked; what has its default is left out. */
export function settingParameters(settings: JudgeSettings): Readonly<Record<string, string>> {
  const texts = ({ alpha, beta, mayFail, ...limits }: JudgeSettings): readonly (readonly [string, string])[] => [
    ["alpha", String(alpha)],
    ["beta", String(beta)],
    ["mayFail", mayFail.join(",")],
    ...Object.entries(limitParameters).map(
      ([name, [group, key]]) => [name, String((limits[group] as JudgeSettings["latency"])[key])] as const,
    ),
  ];
  const unset = new Map(texts(judgeDefaults));
  return Object.fromEntries(texts(settings).filter(([name, text]) => text !== unset.get(name)));
}
