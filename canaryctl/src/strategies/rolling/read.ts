import { withNext } from "@canary-lab/kit/user-error";
import { deploymentsPath } from "../../../../cluster/kube/paths.ts";
import { versionOf } from "../../../../components/image/image-version.ts";
import { type Share, shareOf } from "../../../../stacks/live/proxies/share.ts";
import { missing } from "../../kube/missing.ts";
import type { Lab } from "../../lab.ts";
import { isOfImage, type Revision, readRevisions, withPods } from "../../traffic/replica-sets.ts";
import { notDeployed } from "../not-deployed.ts";
import type { Progress, Release } from "../strategy.ts";

interface Deployment {
  readonly metadata: { readonly generation?: number; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string; readonly message?: string }[];
  };
}

/** The application's one Deployment, and how far it is with its newest revision. */
export interface LiveDeployment {
  readonly phase: "Healthy" | "Progressing" | "Degraded";
  readonly message: string;
  /** The newest first. */
  readonly revisions: readonly Revision[];
  readonly current: Revision | undefined;
  readonly updated: number;
  readonly asked: number;
}

/** Undefined where there is none. */
export async function readDeployment({ cluster, config }: Lab): Promise<LiveDeployment | undefined> {
  const [deployment, all] = await Promise.all([
    cluster.get<Deployment>(deploymentsPath(config.namespace, config.app)),
    readRevisions(cluster, config),
  ]);
  if (!deployment) return undefined;
  const { metadata, spec, status = {} } = deployment;
  const asked = spec.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  const isObserved = status.observedGeneration === metadata.generation;
  const isComplete = isObserved && updated === asked && status.availableReplicas === asked && status.replicas === asked;
  const tooLate = status.conditions?.find(({ reason }) => reason === "ProgressDeadlineExceeded");
  const late = isObserved ? tooLate : undefined; // else it is about the template before this one
  const revisions = all.filter(({ ownerKind }) => ownerKind === "Deployment");
  return {
    phase: isComplete ? "Healthy" : late ? "Degraded" : "Progressing",
    message: isComplete ? "" : (late?.message ?? ""),
    revisions,
    current: revisions[0],
    updated,
    asked,
  };
}

/** @throws UserError where there is no Deployment */
export async function mustReadDeployment(lab: Lab): Promise<LiveDeployment> {
  const live = await readDeployment(lab);
  if (live) return live;
  const { app, namespace } = lab.config;
  throw missing("Deployment", app, namespace);
}

export async function readRelease(lab: Lab): Promise<Release> {
  const { config } = lab;
  const names = { stable: versionOf(config.stableImage), canary: versionOf(config.canaryImage) };
  const live = await readDeployment(lab);
  if (!live) return notDeployed(names);
  const canary = canaryRevisions(live, config);
  return {
    wanted: undefined,
    live: podShare(live, canary),
    liveOwner: undefined,
    expected: podShare(live, canary),
    canaryPods: canary.map(({ name }) => name),
    names,
    workloads: withPods(live.revisions, ({ revision }) => (revision === live.current?.revision ? "current" : "old")),
    progress: progressOf(live),
    fault: live.phase === "Degraded" ? withNext(live.message, "npx canaryctl undo") : undefined,
  };
}

/** The Service gives each ready pod the same share. */
function podShare({ revisions }: LiveDeployment, canary: readonly Revision[]): Share {
  const readyOf = (some: readonly Revision[]) => some.reduce((sum, { ready }) => sum + ready, 0);
  const ready = readyOf(revisions);
  return shareOf(ready === 0 ? 0 : (100 * readyOf(canary)) / ready);
}

const canaryRevisions = ({ revisions }: LiveDeployment, { stableImage, canaryImage }: Lab["config"]) =>
  stableImage === canaryImage ? [] : revisions.filter((revision) => isOfImage(revision, canaryImage));

function progressOf({ phase, message, revisions, current, updated, asked }: LiveDeployment): Progress {
  const earlier = revisions.slice(1).map(({ revision, version }) => `${revision} (${version})`);
  return {
    phase,
    message,
    step: null,
    steps: 0,
    paused: false,
    waiting: false,
    aborted: false,
    revision: current?.revision ?? null,
    analysis: [],
    colours: null,
    line: [
      `${phase}: revision ${current?.revision ?? "?"} (${current?.version ?? "?"}), ${updated} of ${asked} pods replaced`,
      `earlier revisions: ${earlier.join(", ") || "none"}`,
    ].join("; "),
  };
}
