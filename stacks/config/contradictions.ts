import { nanosOf } from "@canary-lab/kit/kube/quantity";
import { formatDuration } from "../../canary/duration.ts";
import { envoyEdges } from "../../canary/judge/config.ts";
import { type Plan, shortestBake, waitingStages } from "../../canary/plan/plan.ts";
import { describePlan } from "../../canary/plan/prediction.ts";
import { factsOf, type StrategyName, type StrategyOption, strategiesWhere } from "../../canary/strategies.ts";
import { existingPlatform } from "../platform-parts.ts";
import { quantitiesOf, releaseRoom, roomOf } from "../release-room.ts";
import type { LabConfig } from "./schema.ts";
import { hasServices } from "./service-values.ts";

/** What each value allows by itself and not together, one sentence each; a value that is missing contradicts nothing. */
export function contradictions(config: Partial<LabConfig>): string[] {
  return checks.flatMap((check) => check(config) ?? []);
}

const reads = (strategy: StrategyName, option: StrategyOption): boolean => factsOf(strategy).options.includes(option);

/** The second half of a refusal: a strategy does not read an option. @param without what to set instead */
function notRead(strategy: StrategyName, option: StrategyOption, without: string): string {
  const readers = strategiesWhere(({ options }) => options.includes(option));
  return `strategy is ${strategy}, which does not read it; allowed: ${without}, or strategy ${readers.join(" or ")}`;
}

/** Of the callers' histograms, in milliseconds. */
const longestEdge = Math.max(...envoyEdges);

const isZero = (count: number | string | undefined): boolean => count === 0 || count === "0%";

/** Nothing is stayed at: the steps have no place for what looks at the canary. */
const isAtOnce = (plan: Plan): boolean => waitingStages(plan).length === 0;

/** What is wrong with one of the two analyses of a blue-green that is on. */
function promotionAnalysis(
  field: "prePromotionAnalysis" | "postPromotionAnalysis",
  { blueGreen, monitoring, strategy }: Partial<LabConfig>,
): string[] {
  if (!blueGreen?.[field]) return [];
  const refuse = (contradiction: string) => `blueGreen.${field} is true while ${contradiction}`;
  return [
    ...(monitoring === false ? [refuse("monitoring is false; allowed: false, or monitoring true")] : []),
    ...(strategy && !reads(strategy, "blueGreen") ? [refuse(notRead(strategy, "blueGreen", "false"))] : []),
  ];
}

/** Keys that only a stack with a platform of its own reads, each with the value that it has where nobody sets it. */
export const ownersKeys = {
  istiodReplicas: 1,
  gatewayNodePort: 30_080,
  rollouts: "auto",
  gatewayApi: false,
  istioCni: false,
  argoCd: false,
} as const satisfies Partial<LabConfig>;

/** Keys that say which of several parts of an existing platform is meant. */
const findersKeys = ["istioRevision", "ingressGateway", "prometheus"] as const satisfies (keyof LabConfig)[];

function nothingToFind({ platform, ...config }: Partial<LabConfig>): string[] {
  if (platform === undefined || platform === existingPlatform) return [];
  return findersKeys.flatMap((key) =>
    config[key] === undefined
      ? []
      : `${key} is "${config[key]}" while platform is ${platform}, whose parts are known; allowed: an empty ${key}, or platform ${existingPlatform}`,
  );
}

function notInstalledHere({ platform, ...config }: Partial<LabConfig>): string[] {
  if (platform === undefined || platform === "own") return [];
  const elsewhere = platform === existingPlatform ? "" : `, and set it in stack ${platform}`;
  return Object.entries(ownersKeys).flatMap(([key, unset]) => {
    const value = config[key as keyof typeof ownersKeys];
    if (value === undefined || value === unset) return [];
    return `${key} is ${JSON.stringify(String(value))} while platform is ${platform}, so this stack installs nothing that reads it; allowed: ${unset}${elsewhere}; or platform own`;
  });
}

/** A limit below what is asked for, which the API server refuses. */
function limitsBelowRequests({ service }: Partial<LabConfig>): string[] {
  if (!service) return [];
  const { requests, limits } = service.resources;
  return (["cpu", "memory"] as const).flatMap((resource) => {
    const [limit, request] = [limits[resource], requests[resource]];
    if (limit === undefined || (nanosOf(limit) ?? 0n) >= (nanosOf(request) ?? 0n)) return [];
    return `service.resources.limits.${resource} is "${limit}" while service.resources.requests.${resource} is "${request}"; allowed: ${request} or more, or a smaller request`;
  });
}

/** A quota that would stop a release in its midst. */
function quotaBelowRelease(config: Partial<LabConfig>): string[] {
  const { isolation, replicas, canaryReplicas, blueGreen, platform } = config;
  if (!isolation?.quota || !replicas || !canaryReplicas || !blueGreen || !platform) return [];
  const sized = { ...config, isolation, replicas, canaryReplicas, blueGreen, platform };
  const least = quantitiesOf(releaseRoom(sized));
  const [needed, given] = [releaseRoom(sized), roomOf(sized)];
  return (["pods", "cpu", "memory"] as const).flatMap((part) =>
    given[part] >= needed[part]
      ? []
      : `isolation.quota.${part} is "${isolation.quota?.[part]}" while a release may take ${least[part]}; allowed: that or more, or no ${part}`,
  );
}

function isolationFaults({ isolation, strategy }: Partial<LabConfig>): string[] {
  if (!isolation || isolation.mode === "off") return [];
  const { mutualTls, callers } = isolation;
  if (mutualTls === "permissive")
    return callers
      ? [
          "isolation.callers is set while isolation.mutualTls is permissive, where callers in plain text have no name; allowed: no callers, or mutualTls strict",
        ]
      : [];
  return strategy && factsOf(strategy).entry === "ingress-controller"
    ? [
        `isolation.mutualTls is strict while strategy is ${strategy}, whose ingress controller is outside of the mesh and would be refused; allowed: permissive, or another strategy`,
      ]
    : [];
}

const checks: readonly ((config: Partial<LabConfig>) => string | readonly string[] | undefined)[] = [
  ({ canaryEnabled, canaryWeight = 0, strategy }) =>
    canaryEnabled === false && canaryWeight > 0 && strategy && factsOf(strategy).owner === "pulumi"
      ? `canaryWeight is "${canaryWeight}" while canaryEnabled is false; allowed: 0, or canaryEnabled true`
      : undefined,
  ({ analysis = "off", monitoring }) =>
    analysis !== "off" && monitoring === false
      ? `analysis is "${analysis}" while monitoring is false; allowed: off, or monitoring true`
      : undefined,
  ({ analysis = "off", strategy }) =>
    analysis !== "off" && strategy && !reads(strategy, "analysis")
      ? `analysis is "${analysis}" while ${notRead(strategy, "analysis", "off")}`
      : undefined,
  (config) => promotionAnalysis("prePromotionAnalysis", config),
  (config) => promotionAnalysis("postPromotionAnalysis", config),
  ({ blueGreen, replicas, strategy }) =>
    strategy === "rollout-blue-green" && replicas && (blueGreen?.previewReplicaCount ?? 0) > replicas
      ? `blueGreen.previewReplicaCount is ${blueGreen?.previewReplicaCount} while replicas is ${replicas}: a preview is no larger than what it becomes; allowed: 1 to ${replicas}, or more replicas`
      : undefined,
  ({ analysis = "off", analysisBy, plan, objective }) => {
    const bake = plan && shortestBake(plan);
    if (
      analysis === "off" ||
      analysisBy !== "objective" ||
      bake === undefined ||
      !objective ||
      bake >= objective.windowSeconds
    )
      return undefined;
    const window = formatDuration(objective.windowSeconds);
    return `plan has a bake of ${formatDuration(bake)} while analysis is "${analysis}" by the objective and objective.window ${window}; allowed: a bake of ${window} or more, or a shorter window`;
  },
  ({ analysis = "off", analysisBy, objective }) =>
    analysis !== "off" && analysisBy === "judge" && objective && objective.p95Milliseconds > longestEdge
      ? `objective.p95Milliseconds is ${objective.p95Milliseconds} while analysisBy is judge, which sees no times above ${longestEdge}; allowed: at most ${longestEdge}, or analysisBy objective`
      : undefined,
  ({ judge }) =>
    (["errors", "latency"] as const).flatMap((name) => {
      const { tolerance, worse } = judge?.[name] ?? { tolerance: 1, worse: 2 };
      return worse > tolerance
        ? []
        : `judge.${name}.worse is ${worse} while judge.${name}.tolerance is ${tolerance}, so what is tolerated could not pass; allowed: worse above ${tolerance}, or a lower tolerance`;
    }),
  ({ analysis = "off", plan }) =>
    analysis !== "off" && plan && isAtOnce(plan)
      ? `plan is ${describePlan(plan)} while analysis is "${analysis}", and nothing would be analysed; allowed: a weight below 100, or analysis off`
      : undefined,
  ({ plan, rolloutCanary, strategy }) =>
    strategy === "rollout-canary" && rolloutCanary?.experiment && plan && isAtOnce(plan)
      ? `plan is ${describePlan(plan)} while rolloutCanary.experiment is true, and nothing would be tried; allowed: a weight below 100, or experiment false`
      : undefined,
  ({ blueGreen }) =>
    blueGreen?.autoPromotionSeconds !== undefined && !blueGreen.autoPromotionEnabled
      ? `blueGreen.autoPromotionSeconds is ${blueGreen.autoPromotionSeconds} while blueGreen.autoPromotionEnabled is false, and would be ignored; allowed: no autoPromotionSeconds, or autoPromotionEnabled true`
      : undefined,
  ({ rollingUpdate }) =>
    isZero(rollingUpdate?.maxSurge) && isZero(rollingUpdate?.maxUnavailable)
      ? `rollingUpdate.maxSurge is ${rollingUpdate?.maxSurge} and rollingUpdate.maxUnavailable ${rollingUpdate?.maxUnavailable}: no pod could ever be replaced; allowed: one of them above 0`
      : undefined,
  ({ autoscaling }) =>
    autoscaling && autoscaling.minReplicas > autoscaling.maxReplicas
      ? `autoscaling.minReplicas is ${autoscaling.minReplicas} while autoscaling.maxReplicas is ${autoscaling.maxReplicas}; allowed: at most ${autoscaling.maxReplicas}`
      : undefined,
  ({ autoscaling, strategy }) =>
    autoscaling && strategy && factsOf(strategy).steps === "pods"
      ? `autoscaling is set while strategy is ${strategy}, where the number of pods is the share of the traffic; allowed: no autoscaling, or another strategy`
      : undefined,
  ({ migration, strategy }) =>
    migration && strategy && !reads(strategy, "migration")
      ? `migration.scaleDown is "${migration.scaleDown}" while ${notRead(strategy, "migration", "no migration")}`
      : undefined,
  limitsBelowRequests,
  isolationFaults,
  quotaBelowRelease,
  // Its chart asks for no limit of memory, and names the image by a tag.
  ({ policy, rollouts }) =>
    policy?.mode === "enforce" && rollouts === "namespace"
      ? "policy.mode is enforce while rollouts is namespace, whose controller would be refused in the application's namespace; allowed: warn, or rollouts cluster"
      : undefined,
  (config) =>
    config.rollouts === "namespace" && hasServices(config)
      ? "rollouts is namespace while there are services, which have namespaces of their own; allowed: auto or cluster, or no services"
      : undefined,
  notInstalledHere,
  nothingToFind,
  ({ stickyCookie, strategy }) =>
    stickyCookie !== undefined && strategy && !reads(strategy, "stickyCookie")
      ? `stickyCookie is "${stickyCookie}" while ${notRead(strategy, "stickyCookie", "an empty stickyCookie")}`
      : undefined,
];
