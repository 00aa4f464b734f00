import { nextWeight } from "../../../../canary/plan/plan.ts";
import { updateStack } from "../../../../canaryctl/src/engine/update.ts";
import { configuredStrategy, openMove, openRelease, openRollback } from "../../../../canaryctl/src/strategies/table.ts";
import { weightsOf } from "../../../../canaryctl/src/traffic/istio-route.ts";
import { virtualServicePath } from "../../../../cluster/kube/paths.ts";
import { refuseForeignNamespace } from "../../../../stacks/live/namespace-owner.ts";
import { releaseGuard } from "../../../../stacks/live/release-guard.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { FakeStack } from "./fake-stack.ts";

export const say = () => {};
export const namespaces = { dev: "canary-lab", prod: "canary-lab-prod" } as const;
export type StackName = keyof typeof namespaces;
const routeIn = (namespace: string) => virtualServicePath(namespace, "versioned-echo-virtualservice");
export const routeOf = (stack: StackName) => routeIn(namespaces[stack]);

/** Two stacks of one project in one cluster, each deployed. */
export async function twoStacks() {
  const server = new FakeApiServer();
  const make = (stack: StackName) =>
    new FakeStack(server, stack, `config:\n  canary-lab:namespace: ${namespaces[stack]}\n`, releaseGuard);
  const stacks = { dev: make("dev"), prod: make("prod") };
  for (const stack of Object.values(stacks)) await updateStack(stack.lab(), { say });
  return { server, stacks };
}
export type World = Awaited<ReturnType<typeof twoStacks>>;

/** The canary's highest share of the stack's live routes, wherever it is deployed, in percent; 0 where there is none. */
export function shareOf({ server, stacks }: World, stack: StackName): number {
  const shares = stacks[stack].places().flatMap((namespace) => {
    const route = server.objects.get(routeIn(namespace));
    return route ? [weightsOf(route as Parameters<typeof weightsOf>[0]).canary] : [];
  });
  return Math.max(0, ...shares);
}

/** A command of the user: what it does, and the highest share of the canary that it asks for, in percent. */
export interface Command {
  readonly asks: (world: World, stack: StackName) => number | Promise<number>;
  readonly run: (world: World, stack: StackName) => Promise<unknown>;
}

export const fileWeight = ({ stacks }: World, stack: StackName): number =>
  Number(stacks[stack].file.values().canaryWeight) || 0; // 0 for a text that is no number

/** What each command of canaryctl does, from where it has opened its lab. */
export const commands = {
  "set-traffic": (canary: number): Command => ({
    asks: () => canary,
    run: async ({ stacks }, stack) => {
      const isOff = String(stacks[stack].file.values().canaryEnabled) === "false";
      const { lab, strategy } = await openMove(stacks[stack].lab({ canaryWeight: isOff ? 0 : canary }));
      return strategy.setTraffic(lab, say);
    },
  }),
  promote: (): Command => ({
    // By the plan that was applied: a changed one waits for the next update.
    asks: async ({ stacks }, stack) => {
      const { config } = (await openMove(stacks[stack].lab())).lab;
      return nextWeight(config.plan, config.canaryWeight) ?? 0;
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
    // After a release the image before it comes back as a canary does, which then has all the traffic for a while.
    asks: (world, stack) => {
      const { canaryEnabled, previousImage = "" } = world.stacks[stack].file.values();
      return String(canaryEnabled) === "false" && previousImage !== "" ? 100 : 0;
    },
    run: async ({ stacks }, stack) => {
      const { lab, strategy, others } = await openRollback(stacks[stack].lab({ canaryWeight: 0 }), say);
      for (const other of others) await other.strategy.halt?.(other.lab, say);
      return strategy.rollback(lab, say);
    },
  }),
  "create-canary": (image: string): Command => ({
    asks: fileWeight,
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
  up: (): Command => ({
    asks: fileWeight,
    run: async ({ stacks, server }, stack) => {
      const lab = stacks[stack].lab();
      await refuseForeignNamespace(server, lab.stackFile.claim(lab.config.namespace));
      await updateStack(lab, { say });
      return (await configuredStrategy(lab)).restore(lab, say);
    },
  }),
};
