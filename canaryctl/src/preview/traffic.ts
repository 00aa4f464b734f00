import { type Remaining, remainingAt } from "../../../canary/plan/prediction.ts";
import { factsOf, type StrategyName } from "../../../canary/strategies.ts";
import type { Weight } from "../../../canary/weight.ts";
import { imageAnnotation, versionOf } from "../../../components/image/image-version.ts";
import { deploymentName, versions } from "../../../components/names.ts";
import { canaryShareIn } from "../../../components/traffic/rendered-share.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { releasePlan } from "../../../stacks/release-plan.ts";
import type { Fields, Step } from "./preview-events.ts";

/** What happens to the traffic. Shares are the canary's, in percent. */
export type Traffic =
  /** The config says the share. */
  | {
      readonly kind: "share";
      readonly version: string;
      /** The share that the last update gave, and the one that this update gives; null where there is no route. */
      readonly before: number | null;
      readonly after: number | null;
      /** Whether the share is only what the config asks for: the preview did not get as far as the route. */
      readonly isAsked: boolean;
      /** What the cluster has now, where that could be read. */
      readonly live: number | null;
      /** The weights of the plan, and the position among them of the one that the config asks for, from 1; null where it is none of them. */
      readonly steps: readonly number[];
      readonly step: number | null;
      /** Until the canary has all traffic; null where it has none, or has all. */
      readonly remaining: Remaining | null;
      /** Requests to the application per minute, at the moment; null where nobody counts them. */
      readonly perMinute: number | null;
    }
  /** A controller begins to replace one image by another. */
  | {
      readonly kind: "release";
      readonly strategy: StrategyName;
      readonly from: string;
      readonly to: string;
      /** The steps of the plan and what they take, where it follows one. */
      readonly plan: string | null;
      readonly seconds: number | null;
      readonly decisions: number;
      readonly perMinute: number | null;
    }
  /** Nothing moves; where a controller or a header decides, and no image changes. */
  | { readonly kind: "unmoved"; readonly strategy: StrategyName }
  /** The preview ended before that was known. */
  | { readonly kind: "unknown" };

interface TrafficInput {
  readonly steps: readonly Step[];
  /** The config that is previewed; undefined where it was not read. */
  readonly config: LabConfig | undefined;
  /** Whether the preview came to its end: else the steps miss what comes last, which is the route. */
  readonly isWhole: boolean;
  /** The canary's share in the cluster, and requests per minute, where known. */
  readonly live?: number | undefined;
  readonly perMinute?: number | undefined;
}

export function trafficOf({ steps, config, isWhole, live, perMinute }: TrafficInput): Traffic {
  if (!config) return { kind: "unknown" };
  const { strategy, plan, canaryWeight } = config;
  const numbers = { perMinute: perMinute ?? null };
  if (factsOf(strategy).owner === "pulumi") {
    const share = (side: "before" | "after") => shareIn(steps, side, config) ?? null;
    const weights = plan.stages.map(({ weight }) => weight);
    const after = isWhole ? share("after") : wantedShare(config);
    return {
      kind: "share",
      version: versionOf(config.canaryImage),
      before: share("before"),
      after,
      isAsked: !isWhole,
      live: live ?? null,
      steps: weights,
      step: weights.includes(canaryWeight) ? weights.indexOf(canaryWeight) + 1 : null,
      remaining: after === null || after === 0 || after === 100 ? null : remainingAt(plan, canaryWeight),
      ...numbers,
    };
  }
  const images = imageChange(steps);
  if (!images) return isWhole ? { kind: "unmoved", strategy } : { kind: "unknown" };
  const { ladder, promotionSeconds, decisions = 0 } = releasePlan(config) ?? {};
  const ofPlan = { plan: ladder ?? null, seconds: promotionSeconds ?? null, decisions };
  return { kind: "release", strategy, ...images, ...ofPlan, ...numbers };
}

/** The share that a config asks for, without what pods make of it. */
const wantedShare = ({ canaryEnabled, canaryWeight }: LabConfig): Weight | 0 => (canaryEnabled ? canaryWeight : 0);

const routes: readonly string[] = ["VirtualService", "HTTPRoute"];

/** The canary's share by the route of a preview, or by its pods where those make it. A route is there on both sides of a change of the strategy. */
function shareIn(steps: readonly Step[], side: "before" | "after", config: LabConfig): number | undefined {
  const shares = steps.flatMap((step) => (routes.includes(kindOf(step.type)) ? (canaryShareIn(step[side]) ?? []) : []));
  const [share = factsOf(config.strategy).steps === "pods" ? podShareIn(steps, side, config) : undefined] = shares;
  return share;
}

function podShareIn(steps: readonly Step[], side: "before" | "after", { app }: LabConfig): number | undefined {
  const pods = (name: string): number | undefined => {
    const step = steps.find(({ type, ...step }) => kindOf(type) === "Deployment" && nameIn(step[side]) === name);
    const { replicas } = (step?.[side]?.spec ?? {}) as { readonly replicas?: unknown };
    return typeof replicas === "number" ? replicas : undefined;
  };
  const stable = pods(deploymentName(app, versions.stable));
  const canary = pods(deploymentName(app, versions.canary)) ?? 0;
  return stable === undefined || stable + canary === 0 ? undefined : (100 * canary) / (stable + canary);
}

const nameIn = (inputs: Fields | undefined): unknown => (inputs?.metadata as Fields | undefined)?.name;

/** The images, as the config names them, of a workload whose pods go from one to the other. */
function imageChange(steps: readonly Step[]): { from: string; to: string } | undefined {
  for (const { before, after } of steps) {
    const [from, to] = [imageIn(before), imageIn(after)];
    if (from !== undefined && to !== undefined && from !== to) return { from: versionOf(from), to: versionOf(to) };
  }
  return undefined;
}

function imageIn(inputs: Fields | undefined): string | undefined {
  const { annotations } = (inputs?.metadata ?? {}) as { readonly annotations?: Fields };
  const image = annotations?.[imageAnnotation];
  return typeof image === "string" ? image : undefined;
}

/** `kubernetes:apps/v1:Deployment` is a `Deployment`. */
export const kindOf = (type: string): string => type.split(":").at(-1) ?? type;
