import type { PodClient } from "@canary-lab/kit/kube/client";
import type { RolloutStatus } from "../../canary/rollout/rollout-status.ts";
import { rolloutPath } from "../../cluster/kube/paths.ts";

/** How long the controller may take to see a change before it is told again, in milliseconds; it takes tenths of a second. */
const lateMilliseconds = 3000;

/**
 * Has the controller look again at a Rollout where it has missed a new spec or an abort. It puts its own copy of a Rollout over the one in
 * its cache, also over a newer one, and then sees the change with the next event only (argo-rollouts 1.9.1, rollout/controller.go,
 * writeBackToInformer). An annotation that changes is such an event.
 */
export class UnseenRollout {
  readonly #client: Pick<PodClient, "patch">;
  readonly #path: string;
  #since: number | undefined;

  constructor(client: Pick<PodClient, "patch">, namespace: string, name: string) {
    this.#client = client;
    this.#path = rolloutPath(namespace, name);
  }

  /**
   * To be called at each look. Where it cannot be told, the wait ends with its own words.
   *
   * @param now in Unix milliseconds
   */
  async look({ isObserved, isAborted, phase }: RolloutStatus, now: number): Promise<void> {
    const isSeen = isObserved && (!isAborted || phase === "Degraded");
    if (isSeen) this.#since = undefined;
    else this.#since ??= now;
    if (this.#since === undefined || now - this.#since < lateMilliseconds) return;
    this.#since = now;
    const annotations = { "canary-lab/told-again": new Date(now).toISOString() };
    await this.#client.patch(this.#path, { metadata: { annotations } }).catch(() => undefined);
  }
}
