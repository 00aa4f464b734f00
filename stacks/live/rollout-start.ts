import type { ApplicationName } from "../../canary/application-name.ts";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { revisionLabel } from "../../canary/rollout/rollout-route.ts";
import type { RolloutStatus } from "../../canary/rollout/rollout-status.ts";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { PodStart, type StartClient } from "./pod-start.ts";

/**
 * Looks at the pods of the revision that a Rollout is asked for. Its controller goes on for ever while they cannot start: with Istio's
 * subsets it does not even count its own deadline (argo-rollouts 1.9.1, #4626).
 */
export class RolloutStart {
  readonly #start: PodStart;

  constructor(client: StartClient, { app, namespace }: ApplicationName) {
    const place = rolloutPlace({ app, namespace });
    this.#start = new PodStart(client, {
      namespace,
      name: app,
      place,
      next: ["npx canaryctl up", "npx canaryctl rollback"],
    });
  }

  /**
   * @returns what the pods wait for; undefined where that is nothing, or they only begin to start
   * @throws UserError where they cannot start, with the cluster's own words
   */
  async look(rollout: RolloutObject, status: RolloutStatus, now: number): Promise<string | undefined> {
    if (status.phase !== "Progressing" || !status.isObserved || status.hashes.current === "") return undefined;
    const conditions = rollout.status?.conditions ?? [];
    return this.#start.look(
      { status: { conditions } },
      ({ metadata }) => metadata.labels?.[revisionLabel] === status.hashes.current,
      now,
    );
  }
}
