import { withNext } from "@canary-lab/kit/user-error";
import type { AnalysisRunObject, RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { type RolloutStatus, readRollout } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutFault, rolloutLine, rolloutWait } from "../../../../canary/rollout/rollout-words.ts";
import { analysisRunPath, rolloutPath } from "../../../../cluster/kube/paths.ts";
import { versionOf } from "../../../../components/image/image-version.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { type Share, shareOf } from "../../../../stacks/live/proxies/share.ts";
import { missing } from "../../kube/missing.ts";
import type { Lab } from "../../lab.ts";
import { istioRoute } from "../../traffic/istio-route.ts";
import { isOfImage, type Revision, readRevisions, withPods } from "../../traffic/replica-sets.ts";
import { notDeployed } from "../not-deployed.ts";
import type { Progress, Release } from "../strategy.ts";

/** A Rollout as it is, and as its controller says it is. */
export interface LiveRollout {
  readonly rollout: RolloutObject;
  readonly status: RolloutStatus;
}

/** Without what its analyses measured. @throws UserError where there is no Rollout */
export async function mustReadRollout(lab: Pick<Lab, "cluster" | "config">): Promise<LiveRollout> {
  const { app, namespace } = lab.config;
  const rollout = await lab.cluster.get<RolloutObject>(rolloutPath(namespace, app));
  if (rollout) return { rollout, status: readRollout(rollout) };
  throw missing("Rollout", app, namespace);
}

export async function readRelease(lab: Lab): Promise<Release> {
  const { cluster, config } = lab;
  const names = { stable: versionOf(config.stableImage), canary: versionOf(config.canaryImage) };
  const rollout = await cluster.get<RolloutObject>(rolloutPath(config.namespace, config.app));
  if (!rollout) return notDeployed(names);
  const runs = readRollout(rollout).analyses.map(({ name }) =>
    cluster.get<AnalysisRunObject>(analysisRunPath(config.namespace, name)),
  );
  const [revisions, route, ...found] = await Promise.all([
    readRevisions(cluster, config),
    istioRoute.read(cluster, config),
    ...runs,
  ]);
  const status = readRollout(rollout, { analysisRuns: found.filter((run) => run !== undefined) });
  // Without its route the controller's own word is of a share that nobody gets.
  const isRouted = status.strategy === "blueGreen" || route !== undefined;
  const live = isRouted ? canaryShare(status, revisions, config.stableImage) : undefined;
  return {
    wanted: undefined,
    live,
    liveOwner: status.strategy === "canary" ? route?.owner : undefined,
    expected: live,
    canaryPods: revisions.filter((revision) => !isOfImage(revision, config.stableImage)).map(({ name }) => name),
    names,
    workloads: withPods(revisions, (revision) => roleOf(status, revision)),
    progress: progressOf(
      rollout,
      status,
      revisions,
      isFinished(config, status, withHash(revisions, status.hashes.current)),
    ),
    fault: faultOf(status),
  };
}

const withHash = (revisions: readonly Revision[], hash: string): Revision | undefined =>
  hash === "" ? undefined : revisions.find((revision) => revision.hash === hash);

/** The revision that the Rollout asks for; undefined where it has none yet. */
export const currentRevision = async (
  { cluster, config }: Lab,
  { hashes }: RolloutStatus,
): Promise<Revision | undefined> => withHash(await readRevisions(cluster, config), hashes.current);

/** A revision by the image that it was made for, as the config named it. */
export const imageOfRevision = (revision: Revision | undefined): string =>
  revision ? (revision.reference ?? revision.version) : "no revision";

/**
 * What share is answered by another image than the stable one. It is not the share of the new revision: after a release the
 * canary's version is the stable revision, and on the way back from there the new revision runs the stable image.
 */
function canaryShare(
  { hashes, weight, isFullyPromoted }: RolloutStatus,
  revisions: readonly Revision[],
  stableImage: string,
): Share {
  const isCanary = (hash: string) => {
    const revision = withHash(revisions, hash);
    return revision !== undefined && !isOfImage(revision, stableImage);
  };
  const ofCurrent = isCanary(hashes.current) ? weight : 0;
  const ofStable = !isFullyPromoted && isCanary(hashes.stable) ? 100 - weight : 0;
  return shareOf(ofCurrent + ofStable);
}

/** In a migration the Deployment that the Rollout takes over has pods of its own. */
function roleOf({ hashes, strategy }: RolloutStatus, { hash, ownerKind }: Revision): string {
  if (ownerKind !== "Rollout") return "migrated from";
  if (strategy === "blueGreen" && hash === hashes.active) return "active";
  if (strategy === "blueGreen" && hash === hashes.preview) return "preview";
  if (hash === hashes.stable) return "stable";
  return hash === hashes.current ? "canary" : "old";
}

/** Whether the controller has finished the release that the config still calls a canary. */
export const isFinished = (
  { canaryEnabled, canaryImage }: LabConfig,
  { phase, isFullyPromoted }: RolloutStatus,
  current: Revision | undefined,
): boolean =>
  canaryEnabled && phase === "Healthy" && isFullyPromoted && current !== undefined && isOfImage(current, canaryImage);

function progressOf(
  rollout: RolloutObject,
  status: RolloutStatus,
  revisions: readonly Revision[],
  isUnwritten: boolean,
): Progress {
  const { phase, message, step, steps, isAborted, analyses, hashes } = status;
  const wait = rolloutWait(status);
  return {
    phase,
    message,
    step: step ?? null,
    steps,
    paused: phase === "Paused",
    waiting: status.isWaitingForUser,
    aborted: isAborted,
    revision: Number(rollout.metadata.annotations?.["rollout.argoproj.io/revision"]) || null,
    analysis: analyses.map(({ kind, name, phase, message }) => ({ kind, name, phase, message })),
    colours:
      status.strategy === "blueGreen"
        ? {
            active: withHash(revisions, hashes.active)?.version ?? null,
            preview: withHash(revisions, hashes.preview)?.version ?? null,
          }
        : null,
    line: isUnwritten
      ? withNext(`${rolloutLine(status)}. The config calls it a canary still.`, "npx canaryctl promote --full")
      : rolloutLine(status) + (wait ? `; ${wait}` : ""),
  };
}

/** A release that goes on, or waits for somebody, is no fault. */
function faultOf(status: RolloutStatus): string | undefined {
  if (status.phase !== "Degraded") return undefined;
  if (status.isAborted) {
    return withNext(
      `The release is aborted: ${rolloutFault(status)}.`,
      "npx canaryctl rollback",
      "npx canaryctl retry",
    );
  }
  return withNext(`The release has failed: ${rolloutFault(status)}.`, "npx canaryctl rollback");
}

/** Whether traffic is on its way to the new revision. The first revision has none to come from. */
export const isUnderWay = ({ isFullyPromoted, isAborted, hashes }: RolloutStatus): boolean =>
  !isFullyPromoted && !isAborted && hashes.stable !== "";
