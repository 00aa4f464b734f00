import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient, PodClient } from "@canary-lab/kit/kube/client";
import type { Clock } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { isBackingOff, type PodObject } from "../../canary/pods/pod-object.ts";
import { startFaults } from "../../canary/pods/start-fault.ts";
import { StartWatch } from "../../canary/pods/start-watch.ts";
import { podPath, podsPath } from "../../cluster/kube/paths.ts";
import { controlPlaneName } from "../platform-facts.ts";
import { controlPlaneAnswers } from "./control-plane-answers.ts";
import { createHook } from "./create-hook.ts";
import { remedies } from "./pod-start.ts";
import { podsOfRelease, type WatchedRelease } from "./release-pods.ts";
import { toldOfStack } from "./told.ts";

type WatchClient = Pick<PodClient, "get" | "delete">;

const betweenLooksMilliseconds = 1000;

/**
 * Says once that pods of a release cannot pull their image: Helm waits for them for minutes and does not say why. Those that wait out a
 * back-off are replaced at the first look, for the cause may be mended. Others' pods in its namespace are left alone.
 *
 * @param isOver whether the engine is done with the release
 */
export async function watchRelease(
  client: WatchClient,
  release: WatchedRelease,
  isOver: () => boolean,
  warn: (error: UserError) => void,
  clock: Clock = { now: Date.now, sleep: (milliseconds) => sleep(milliseconds, undefined, { ref: false }) },
): Promise<void> {
  const { name, namespace } = release;
  const watch = new StartWatch();
  for (let isFirst = true; !isOver(); await clock.sleep(betweenLooksMilliseconds)) {
    const pods = await failingPods(client, release);
    if (!pods) continue;
    const waiting = isFirst ? pods.filter(isBackingOff) : [];
    isFirst = false;
    await Promise.all(waiting.map(({ metadata }) => client.delete(podPath(namespace, metadata.name)).catch(() => {})));
    if (waiting.length > 0) continue;
    const faults = startFaults({ makers: [], pods }).filter(({ cause }) => cause === "image");
    const [lasting] = watch.look(faults, clock.now());
    if (!lasting) continue;
    const words = lasting.words.trim().replace(/\.$/, "");
    return warn(
      new UserError(`Pods of release ${name} cannot start: ${words}.`, {
        place: `pod ${namespace}/${lasting.pod}`,
        first: remedies.image,
        next: "npx canaryctl up",
      }),
    );
  }
}

/** Those of a release that do not start. Undefined where the cluster does not say: whatever ails it, the engine tells. */
async function failingPods(client: WatchClient, release: WatchedRelease): Promise<readonly PodObject[] | undefined> {
  try {
    const pods = await client.get<{ readonly items: readonly PodObject[] }>(podsPath(release.namespace, {}));
    if (!pods) return undefined;
    const failing = pods.items.filter(
      (pod) => isBackingOff(pod) || startFaults({ makers: [], pods: [pod] }).length > 0,
    );
    return await podsOfRelease(client, release, failing);
  } catch {
    return undefined;
  }
}

/**
 * Has each Helm release of a component's children watched while it is made or changed. What comes after the control plane waits until
 * that answers.
 *
 * @param application its namespace
 */
export function releaseWatch(
  client: WatchClient & Pick<KubeClient, "create">,
  application: string,
): pulumi.ResourceTransformation {
  const running = new Set<string>();
  const start = createHook("release-begins", async ({ urn, newInputs }) => {
    const { name, namespace } = newInputs as unknown as WatchedRelease;
    running.add(urn);
    const warn = (error: UserError) => void pulumi.log.warn(toldOfStack(error));
    void watchRelease(client, { name, namespace }, () => !running.has(urn), warn);
  });
  const stop = createHook("release-ended", async ({ urn, newInputs }) => {
    running.delete(urn);
    const { name } = newInputs as unknown as WatchedRelease;
    if (name === controlPlaneName) await controlPlaneAnswers(client, application);
  });
  const hooks = { beforeCreate: [start], beforeUpdate: [start], afterCreate: [stop], afterUpdate: [stop] };
  return ({ type, props, opts }) =>
    type === "kubernetes:helm.sh/v3:Release" ? { props, opts: { ...opts, hooks } } : undefined;
}
