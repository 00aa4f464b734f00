import { withNext } from "@canary-lab/kit/user-error";
import { factsOf, type StrategyName, type WeightOwner } from "../../canary/strategies.ts";
import { splitOf, type TrafficSplit } from "../../canary/weight.ts";
import { hasServices } from "../../stacks/config/service-values.ts";
import { type Share, shareText } from "../../stacks/live/proxies/share.ts";
import { releasePlan } from "../../stacks/release-plan.ts";
import type { StatusFinding } from "./commands/status-findings.ts";
import type { Lab } from "./lab.ts";
import { outsideMesh } from "./outside-mesh.ts";
import { table } from "./print.ts";
import { type ServiceStatus, serviceStatus, servicesOf, serviceText } from "./services.ts";
import type { Progress, ReleaseStrategy } from "./strategies/strategy.ts";
import { type Measuring, measureSplit } from "./traffic/measured-split.ts";
import { splitTable } from "./traffic/report.ts";
import type { SplitVerdict } from "./traffic/verdict.ts";
import type { Workload } from "./traffic/workloads.ts";

/** What `status` knows; printed as it is by `--json`. */
export interface Status {
  readonly stack: string;
  readonly target: string;
  readonly kubeContext: string;
  readonly namespace: string;
  readonly app: string;
  readonly strategy: StrategyName;
  /** Who moves the traffic. */
  readonly owner: WeightOwner;
  /** The ladder of weights, such as `10% for 1m, 100%`; null where the strategy climbs none. */
  readonly plan: string | null;
  /**
   * Percent. `config` is null where a controller or a header decides, `wanted` is what can be had of it. `route` is what the cluster
   * does, null where nothing is deployed; `seen` is there where it was asked for.
   */
  readonly weights: {
    readonly config: TrafficSplit | null;
    readonly wanted: Share | null;
    readonly route: Share | null;
  };
  /** Who wrote the live weights, such as a field manager; null where nobody did. */
  readonly routeOwner: string | null;
  /** Who answers callers without a sidecar; null where nothing is deployed. */
  readonly outsideMesh: string | null;
  readonly workloads: readonly Workload[];
  /** How far a controller is; null where the config owns the weights. */
  readonly release: Progress | null;
  /** What is wrong with the release, and what to run; null where all is well. */
  readonly fault: string | null;
  /** What else is wrong, each with what was read and the command that mends it. */
  readonly findings: readonly StatusFinding[];
  readonly seen?: SplitVerdict;
  /** The other applications of the stack; absent where it has none. */
  readonly services?: readonly ServiceStatus[];
}

interface StatusOf {
  /** What is wrong beside the release: see `readFindings`. Default: nothing. */
  readonly findings?: Promise<readonly StatusFinding[]>;
  /** How the split is measured; by default it is not. */
  readonly measuring?: Measuring | undefined;
}

/** Reads the cluster. */
export async function readStatus(
  lab: Lab,
  strategy: ReleaseStrategy,
  { findings: found = Promise.resolve([]), measuring }: StatusOf = {},
): Promise<Status> {
  const { config, environment, stackFile } = lab;
  const [release, findings] = await Promise.all([strategy.read(lab), found]);
  return {
    stack: stackFile.stack,
    target: environment.target,
    kubeContext: environment.kubeContext,
    namespace: config.namespace,
    app: config.app,
    strategy: config.strategy,
    owner: strategy.owner,
    plan: releasePlan(config)?.ladder ?? null,
    weights: {
      config: factsOf(config.strategy).owner === "pulumi" ? splitOf(config.canaryWeight) : null,
      wanted: release.wanted ?? null,
      route: release.live ?? null,
    },
    routeOwner: release.liveOwner ?? null,
    outsideMesh: release.workloads.length > 0 ? outsideMesh(config, release.live?.canary ?? 0) : null,
    workloads: release.workloads,
    release: release.progress ?? null,
    fault: release.fault ?? null,
    findings,
    ...(stackFile.service === undefined &&
      hasServices(config) && { services: servicesOf(stackFile).map((one) => serviceStatus(one.config)) }),
    ...(measuring && { seen: await measureSplit(await lab.client(), lab, strategy, measuring) }),
  };
}

/** Nothing is wrong with what runs, and the split seen, if any, is as wanted. */
export const isHealthy = ({ fault, findings, seen }: Status): boolean =>
  fault === null && findings.length === 0 && (seen?.isAsWanted ?? true);

export function statusText(status: Status): readonly string[] {
  const { weights, workloads, release, strategy, owner } = status;
  const live = weights.route ? shareText(weights.route) : "none";
  return [
    `Stack ${status.stack}: ${status.app} in namespace ${status.namespace}, ${status.target} cluster, context ${status.kubeContext}`,
    ...table([
      ["strategy", strategy, `(the traffic is moved by ${ownerText[owner]})`],
      ...(weights.wanted ? [["weights wanted", shareText(weights.wanted), "(stable/canary, from the config)"]] : []),
      ["weights live", live, status.routeOwner ? `(written by ${status.routeOwner})` : ""],
      ...(status.outsideMesh ? [["outside the mesh", status.outsideMesh, ""]] : []),
    ]),
    ...(status.plan ? [`  plan: ${status.plan}`] : []),
    ...(release ? [`  ${release.line}`] : []),
    ...table([
      ["workload", "version", "ready", "image", ...(workloads.some(({ role }) => role) ? ["role"] : [])],
      ...workloads.map(({ name, version, ready, wanted, image, role = "" }) => {
        return [name, version, `${ready}/${wanted}`, image, role];
      }),
    ]),
    ...(status.seen ? splitTable(status.seen) : []),
    ...wrongText(status),
    ...(status.services ?? []).map(serviceText),
  ];
}

/** A finding that is the fault of the release as well has evidence, and the fault has the commands: both are one text. */
function wrongText({ findings, fault }: Pick<Status, "findings" | "fault">): readonly string[] {
  const [cause, ...next] = fault?.split("\n") ?? [];
  const texts = findings.map(({ what, evidence, next: mend }) => {
    const text = `${what} (${evidence.join("; ")})`;
    return what === cause ? [text, ...next].join("\n") : withNext(text, mend);
  });
  return fault && !findings.some(({ what }) => what === cause) ? [...texts, fault] : texts;
}

/** Who moves the traffic. */
export const ownerText: Record<WeightOwner, string> = {
  pulumi: "the config, canaryWeight",
  "rollout-controller": "the Rollouts controller",
  "deployment-controller": "the Deployment controller",
  ingress: "the header X-Canary of each request",
};
