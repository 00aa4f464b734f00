import { nextWeight } from "../../../../canary/plan/plan.ts";
import { replicaRatio } from "../../../../canary/replica-ratio.ts";
import { factsOf } from "../../../../canary/strategies.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { updateStack } from "../../../../canaryctl/src/engine/update.ts";
import { configuredStrategy, openMove, openRelease, openRollback } from "../../../../canaryctl/src/strategies/table.ts";
import { refuseForeignNamespace } from "../../../../stacks/live/namespace-owner.ts";
import { firstShare, isAborted, nextShare } from "./rollouts-share.ts";
import { notesOf, type StackName, say, type World } from "./world.ts";

/** A command of the user: what it does, and the highest share of the canary that it asks for, in percent. */
export interface Command {
  readonly asks: (world: World, stack: StackName) => number | Promise<number>;
  readonly run: (world: World, stack: StackName) => Promise<unknown>;
}

export const fileWeight = ({ stacks }: World, stack: StackName): number =>
  Number(stacks[stack].file.values().canaryWeight) || 0; // 0 for a text that is no number

/** The share that a weight asks for, in percent: whole pods give another one, and where no config says a share, a weight asks for none. */
function shareFor(world: World, stack: StackName, weight: number): number {
  if (factsOf(world.strategy).owner !== "pulumi") return 0;
  if (world.strategy !== "replica-ratio") return weight;
  const known = [world.stacks[stack].file.values(), ...notesOf(world, stack)].map(({ replicas }) => Number(replicas));
  return Math.max(0, ...known.filter((pods) => pods > 0).map((pods) => replicaRatio(pods, toWeight(weight)).share));
}

/** The share that the stack's file asks for where there is a canary. */
function fileShare(world: World, stack: StackName): number {
  const { owner } = factsOf(world.strategy);
  if (owner === "pulumi") return shareFor(world, stack, fileWeight(world, stack));
  return owner === "rollout-controller" ? firstShare(world, stack) : 100;
}

/** What each command of canaryctl does, from where it has opened its lab. */
export const commands = {
  "set-traffic": (canary: number): Command => ({
    asks: (world, stack) => shareFor(world, stack, canary),
    run: async ({ stacks }, stack) => {
      const isOff = String(stacks[stack].file.values().canaryEnabled) === "false";
      const { lab, strategy } = await openMove(stacks[stack].lab({ canaryWeight: isOff ? 0 : canary }));
      return strategy.setTraffic(lab, say);
    },
  }),
  promote: (): Command => ({
    // By the plan that was applied: a changed one waits for the next update.
    asks: async (world, stack) => {
      if (factsOf(world.strategy).owner === "rollout-controller") return nextShare(world, stack);
      const { config } = (await openMove(world.stacks[stack].lab())).lab;
      return shareFor(world, stack, nextWeight(config.plan, config.canaryWeight) ?? 0);
    },
    run: async ({ stacks }, stack) => {
      const { lab, strategy } = await openMove(stacks[stack].lab());
      return strategy.promote(lab, say);
    },
  }),
  "promote --full": (): Command => ({
    asks: () => 100,
    run: async ({ stacks }, stack) => {
      const { lab, strategy } = await openMove(stacks[stack].lab());
      return strategy.promoteFully(lab, say);
    },
  }),
  rollback: (): Command => ({
    // After a release the image before it comes back as a canary does, which then has all the traffic for a while. Whether there is a
    // release is what was applied: the file may be ahead of it, by an edit or by a rollback that was stopped.
    asks: (world, stack) => {
      const file = world.stacks[stack].file.values();
      const [{ canaryEnabled } = file] = notesOf(world, stack);
      return `${canaryEnabled}` === "false" && (file.previousImage ?? "") !== "" ? 100 : 0;
    },
    run: async ({ stacks }, stack) => {
      const { lab, strategy, others } = await openRollback(stacks[stack].lab({ canaryWeight: 0 }), say);
      for (const other of others) await other.strategy.halt?.(other.lab, say);
      return strategy.rollback(lab, say);
    },
  }),
  "create-canary": (image: string): Command => ({
    asks: fileShare,
    run: async ({ stacks }, stack) => {
      const given = stacks[stack].lab({ canaryEnabled: true, canaryImage: image });
      const { lab, strategy } = await openRelease(given, say);
      return strategy.createCanary(lab, say);
    },
  }),
  "delete-canary": (): Command => ({
    asks: () => 0,
    run: async ({ stacks }, stack) => {
      const { lab, strategy } = await openMove(stacks[stack].lab());
      return strategy.deleteCanary(lab, say);
    },
  }),
  abort: (): Command => ({
    asks: () => 0,
    run: async ({ stacks }, stack) => {
      const { lab, strategy } = await openMove(stacks[stack].lab());
      return strategy.abort(lab, say);
    },
  }),
  retry: (): Command => ({
    asks: firstShare,
    run: async ({ stacks }, stack) => {
      const { lab, strategy } = await openMove(stacks[stack].lab());
      return strategy.retry(lab, say);
    },
  }),
  up: (): Command => ({
    asks: (world, stack) => {
      const { canaryEnabled, canaryImage } = world.stacks[stack].file.values();
      if (String(canaryEnabled) === "false" || isAborted(world, stack, `${canaryImage}`)) return 0;
      return fileShare(world, stack);
    },
    run: async ({ stacks, server }, stack) => {
      const given = stacks[stack].lab();
      const lab = (await (await configuredStrategy(given)).noteFinished?.(given, say)) ?? given;
      await refuseForeignNamespace(server, lab.stackFile.claim(lab.config.namespace));
      await updateStack(lab, { say });
      return (await configuredStrategy(lab)).restore(lab, say);
    },
  }),
};
