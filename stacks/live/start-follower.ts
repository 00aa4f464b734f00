import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { createHook } from "./create-hook.ts";
import type { StartClient } from "./pod-start.ts";
import { type DeploymentStart, untilStarted } from "./started-deployment.ts";
import { toldOfStack } from "./told.ts";

/**
 * How long a route waits for pods that this update did not write: they may be on their way since an update that was stopped. Then the
 * guard of the route says what they are too few for.
 */
const graceMilliseconds = 10_000;

/** How one Deployment of the program is followed. */
interface FollowedDeployment {
  /** To be run before it is made or changed. */
  readonly hooks: pulumi.ResourceHookBinding;
  /**
   * What stands for a workload in `dependsOn` of what needs its pods: there when they are ready. Of a Deployment that this update does
   * not write `enough` of them will do, for a route must not wait for one that died since, nor for long for any. Where 0 are enough
   * nothing is waited for.
   */
  readonly ready: <Workload extends pulumi.Resource>(
    workload: Workload,
    deployment: pulumi.CustomResource,
    enough?: number,
  ) => Promise<Workload>;
}

/**
 * Follows the Deployments of an update until their pods are ready, in place of the engine, which would wait minutes for pods that cannot
 * start. A preview waits for nothing.
 */
export class StartFollower {
  readonly #client: StartClient;
  readonly #isTargeted: boolean;
  readonly #grace: number;
  readonly #ends: Promise<void>[] = [];

  /** @param isTargeted whether the update is about a few resources, and says nothing of the others */
  constructor(client: StartClient, isTargeted: boolean, grace = graceMilliseconds) {
    this.#client = client;
    this.#isTargeted = isTargeted;
    this.#grace = grace;
  }

  follow(start: DeploymentStart): FollowedDeployment {
    let isTouched = false;
    const touch = createHook(`${start.name}-touched`, async () => {
      isTouched = true;
    });
    return {
      hooks: { beforeCreate: [touch], beforeUpdate: [touch] },
      ready: async (workload, deployment, enough = 1) => {
        if (pulumi.runtime.isDryRun()) return workload;
        const registered = new Promise<void>((resolve) => deployment.id.apply(() => resolve()));
        const { promise: areEnough, resolve } = Promise.withResolvers<void>();
        const onReady = (pods: number) => {
          if (pods >= enough && !isTouched) resolve();
        };
        const end = registered.then(() =>
          isTouched || !this.#isTargeted ? this.#until(start, deployment, onReady) : undefined,
        );
        this.#ends.push(end);
        await registered;
        const isLate = isTouched ? [] : [pause(this.#grace, undefined, { ref: false })];
        if (enough > 0) await Promise.race([areEnough, end, ...isLate]);
        return workload;
      },
    };
  }

  /** There when all that is followed is ready. @throws pulumi.RunError where something is not, with the cluster's own words */
  async ended(): Promise<void> {
    await Promise.all(this.#ends);
  }

  async #until(
    start: DeploymentStart,
    deployment: pulumi.CustomResource,
    onReady: (pods: number) => void,
  ): Promise<void> {
    const say = (line: string) => void pulumi.log.info(line, deployment, undefined, true);
    try {
      await untilStarted(this.#client, start, { say, onReady });
    } catch (error) {
      throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
    }
  }
}
