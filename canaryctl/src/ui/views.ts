import { formatDuration } from "../../../canary/duration.ts";
import type { Conclusion } from "../../../canary/judge/conclusion.ts";
import type { Slice } from "../../../canary/judge/slice.ts";
import { factsOf } from "../../../canary/strategies.ts";
import { reportedVersion } from "../../../components/image/render-built-image.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { HistoryEntry } from "../../../stacks/history-entry.ts";
import { changeText } from "../history/entry.ts";
import { countsOf } from "../report/traffic.ts";
import { ownerText, type Status } from "../status.ts";
import type { LiveRoute } from "../traffic/route.ts";
import { actsOf } from "./acts.ts";
import type { MoveView, ReleaseView, TrafficView, VerdictView } from "./snapshot.ts";

/** @param printable makes commands name the stack */
export function releaseView(
  status: Status,
  config: LabConfig,
  live: LiveRoute | undefined,
  printable: (text: string) => string,
): ReleaseView {
  const { app, namespace, target, strategy, owner, weights, routeOwner, workloads, release, fault } = status;
  return {
    app,
    namespace,
    target,
    strategy,
    mover: ownerText[owner],
    images: {
      stable: versionText(config.stableImage),
      canary: config.canaryEnabled ? versionText(config.canaryImage) : null,
    },
    wanted: weights.wanted,
    live: weights.route,
    routeOwner,
    routeSince: live?.since?.toISOString() ?? null,
    workloads: workloads.map(({ name, version, role = null, ready, wanted }) => {
      return { name, version, role, ready, wanted };
    }),
    plan: factsOf(strategy).steps === "none" ? [] : config.plan.stages.map(stageView),
    progress: release?.line ?? null,
    fault: fault === null ? null : printable(fault),
    acts: actsOf(strategy, reportedVersion(config.stableImage) !== undefined),
  };
}

const versionText = (image: string): string => reportedVersion(image) ?? image;

const stageView = ({ weight, bake }: LabConfig["plan"]["stages"][number]): ReleaseView["plan"][number] => ({
  weight,
  bake: bake === "manual" ? "until promoted" : bake > 0 ? formatDuration(bake) : null,
});

const nothing = { requests: 0, bad: 0 };

/** The rates of a version are those of its last minute. */
const rateSeconds = 60;

export function trafficView(
  slices: readonly Slice[],
  edges: readonly number[],
  { callers, since, lately }: { readonly callers: number; readonly since: Date; readonly lately: Lately },
): TrafficView {
  const last = slices.at(-1);
  const recent = lastSlices(slices, rateSeconds);
  return {
    last: {
      seconds: last?.seconds ?? 0,
      stable: last?.stable ?? nothing,
      canary: last?.canary ?? nothing,
    },
    requestsPerSecond: lately.requestsPerSecond,
    seen: lately.seen ?? null,
    callers,
    since: since.toISOString(),
    stable: countsOf(recent, "stable", edges),
    canary: countsOf(recent, "canary", edges),
  };
}

type Lately = { readonly seen: TrafficView["seen"] | undefined; readonly requestsPerSecond: number };

function lastSlices(slices: readonly Slice[], seconds: number): readonly Slice[] {
  let [first, span] = [slices.length, 0];
  while (first > 0 && span < seconds) span += slices[--first]?.seconds ?? 0;
  return slices.slice(first);
}

/** Of the tests those that may fail a release, and what a pass needs. */
export function verdictView({ verdict, reason, numbers: { tests, pass } }: Conclusion): VerdictView {
  const worse = tests
    .filter(({ mayFail }) => mayFail)
    .map(({ speaker, evidence, bound }) => ({ name: speaker, says: "worse" as const, evidence, bound }));
  const good = (["errors", "latency"] as const).flatMap((name) => {
    const evidence = pass[name];
    return evidence === undefined ? [] : [{ name, says: "good enough" as const, evidence, bound: pass.bound }];
  });
  return { verdict, reason, evidence: [...worse, ...good] };
}

export const moveView = (entry: HistoryEntry): MoveView => ({
  at: entry.at,
  who: entry.who,
  command: entry.command,
  ...changeText(entry),
  why: entry.why ?? null,
  failed: entry.failed ?? null,
});
