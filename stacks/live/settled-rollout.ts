import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { AnalysisRunObject, RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { hasBegun, type RolloutStatus, readRollout } from "../../canary/rollout/rollout-status.ts";
import { passingFaultMilliseconds, rolloutTimeoutSeconds } from "../../canary/rollout/rollout-timeout.ts";
import { rolloutFault, rolloutLine, rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { analysisRunPath, deploymentsPath, rolloutPath } from "../../cluster/kube/paths.ts";
import { showRolloutsPods } from "../../components/names.ts";
import type { StartClient } from "./pod-start.ts";
import { RolloutStart } from "./rollout-start.ts";
import { UnseenRollout } from "./unseen-rollout.ts";
import { unlessSilent } from "./wait-until.ts";

/** Where the Rollout is, and how to ask. */
export interface Followed {
  readonly namespace: string;
  readonly name: string;
  readonly client: StartClient;
}

const betweenLooksMilliseconds = 1000;
/** How long the controller may take to look at a spec, and the API server to come back. */
const silenceMilliseconds = 60_000;

/**
 * Waits until a Rollout is Healthy or its release is under way, and says each change on the way. The rest of a release is not waited for:
 * it may take hours, in which the stack would be locked.
 *
 * @throws UserError where it is Degraded, is not there, has pods that cannot start, or takes longer than {@link rolloutTimeoutSeconds}
 */
export async function settled(
  { namespace, name, client }: Followed,
  say: (line: string) => void,
  clock: Clock = { now: () => Date.now(), sleep },
): Promise<RolloutStatus> {
  const place = rolloutPlace({ app: name, namespace });
  const start = new RolloutStart(client, { app: name, namespace });
  const unseenRollout = new UnseenRollout(client, namespace, name);
  const began = clock.now();
  let said = "";
  let observedAt = began;
  let faultSince: number | undefined;
  for (; ; await clock.sleep(betweenLooksMilliseconds)) {
    const mayBeSilent = () => observedAt + silenceMilliseconds > clock.now();
    const seen = await look(client, namespace, name, mayBeSilent());
    if (seen === "silence") continue;
    if (!seen) throw new UserError("The Rollout is gone.", { place, next: "npx canaryctl up" });
    const { rollout, status } = seen;
    const now = clock.now();
    const waiting = await unlessSilent(() => start.look(rollout, status, now), mayBeSilent());
    if (waiting === "silence") continue;
    const line = [rolloutLine(status), ...(waiting ? [waiting] : [])].join("; ");
    if (line !== said) say(line);
    said = line;

    await unseenRollout.look(status, now);
    if (status.isObserved) observedAt = now;
    else if (now - observedAt > silenceMilliseconds) throw unseen(place, status);
    if (status.phase === "Healthy" || hasBegun(status) || status.isWaitingForUser) return status;
    faultSince = status.phase === "Degraded" ? (faultSince ?? now) : undefined;
    if (faultSince !== undefined && now - faultSince >= passingFaultMilliseconds(status)) throw degraded(place, status);
    const timeout = rolloutTimeoutSeconds(rollout);
    if (now - began > timeout * 1000) throw tooLong(place, line, timeout);
  }
}

/** Where a Rollout stands now; undefined where that cannot be learned. */
export async function standing({ namespace, name, client }: Followed): Promise<RolloutStatus | undefined> {
  const seen = await look(client, namespace, name, true).catch(() => undefined);
  return seen === "silence" ? undefined : seen?.status;
}

const look = (client: Pick<StartClient, "get">, namespace: string, name: string, mayBeSilent: boolean) =>
  unlessSilent(async () => {
    const rollout = await client.get<RolloutObject>(rolloutPath(namespace, name));
    if (!rollout) return undefined;
    const { workloadRef } = rollout.spec;
    const deployment =
      workloadRef &&
      (await client.get<{ metadata: { generation: number } }>(deploymentsPath(namespace, workloadRef.name)));
    const runs = readRollout(rollout).analyses.map((run) =>
      client.get<AnalysisRunObject>(analysisRunPath(namespace, run.name)),
    );
    const analysisRuns = (await Promise.all(runs)).filter((run) => run !== undefined);
    const workload = deployment && { workloadGeneration: deployment.metadata.generation };
    return { rollout, status: readRollout(rollout, { analysisRuns, ...workload }) };
  }, mayBeSilent);

const degraded = (place: string, status: RolloutStatus): UserError =>
  new UserError(`The release has failed: ${rolloutFault(status)}`, {
    place: `${place}, ${rolloutLine(status)}`,
    next: afterFault(status),
  });

function afterFault({ isAborted, message }: RolloutStatus): readonly string[] {
  if (message.startsWith("InvalidSpec")) return ["npx canaryctl up"];
  return ["npx canaryctl rollback", ...(isAborted ? ["npx canaryctl retry"] : [])];
}

const unseen = (place: string, status: RolloutStatus): UserError =>
  new UserError(`The Rollouts controller did nothing for ${silenceMilliseconds / 1000} s: ${status.message}.`, {
    place,
    next: [showRolloutsPods, "npx canaryctl up"],
  });

const tooLong = (place: string, line: string, seconds: number): UserError =>
  new UserError(`The release is not under way after ${seconds} s: ${line}.`, {
    place,
    next: ["npx canaryctl up", "npx canaryctl abort", "npx canaryctl status"],
  });
