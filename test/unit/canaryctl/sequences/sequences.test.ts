import { readFileSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import { expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";

// Hooks cannot be registered outside of the engine: the fake engine runs what they would run.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>) => ({ run }),
}));
const { releaseGuard } = await import("../../../../stacks/live/release-guard.ts");
const { updateStack } = await import("../../../../canaryctl/src/engine/update.ts");
const { configuredStrategy, openMove, openRelease, openRollback } = await import(
  "../../../../canaryctl/src/strategies/table.ts"
);
const { weightsOf } = await import("../../../../canaryctl/src/traffic/istio-route.ts");
const { nextWeight } = await import("../../../../canary/plan/plan.ts");
const { namespacePath, virtualServicePath, destinationRulePath, deploymentsPath } = await import(
  "../../../../cluster/kube/paths.ts"
);
const { refuseForeignNamespace } = await import("../../../../stacks/live/namespace-owner.ts");
const { renderVirtualService } = await import("../../../../components/traffic/render-weighted-route.ts");
const { toWeight } = await import("../../../../canary/weight.ts");
const { FakeApiServer, isIn } = await import("./fake-api-server.ts");
const { FakeStack } = await import("./fake-stack.ts");

jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);

const say = () => {};
const namespaces = { dev: "canary-lab", prod: "canary-lab-prod" } as const;
type StackName = keyof typeof namespaces;
const routeIn = (namespace: string) => virtualServicePath(namespace, "versioned-echo-virtualservice");
const routeOf = (stack: StackName) => routeIn(namespaces[stack]);

async function twoStacks() {
  const server = new FakeApiServer();
  const make = (stack: StackName) =>
    new FakeStack(server, stack, `config:\n  canary-lab:namespace: ${namespaces[stack]}\n`, releaseGuard);
  const stacks = { dev: make("dev"), prod: make("prod") };
  for (const stack of Object.values(stacks)) await updateStack(stack.lab(), { say });
  return { server, stacks };
}
type World = Awaited<ReturnType<typeof twoStacks>>;

/** The canary's highest share of the stack's live routes, wherever it is deployed, in percent; 0 where there is none. */
function shareOf({ server, stacks }: World, stack: StackName): number {
  const shares = stacks[stack].places().flatMap((namespace) => {
    const route = server.objects.get(routeIn(namespace));
    return route ? [weightsOf(route as Parameters<typeof weightsOf>[0]).canary] : [];
  });
  return Math.max(0, ...shares);
}

/** A command of the user: what it does, and the highest share of the canary that it asks for, in percent. */
interface Command {
  readonly asks: (world: World, stack: StackName) => number | Promise<number>;
  readonly run: (world: World, stack: StackName) => Promise<unknown>;
}

const fileWeight = ({ stacks }: World, stack: StackName): number =>
  Number(stacks[stack].file.values().canaryWeight) || 0; // 0 for a text that is no number

/** What each command of canaryctl does, from where it has opened its lab. */
const commands = {
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
      return configuredStrategy(lab).restore(lab, say);
    },
  }),
};

/** What somebody does in the cluster behind everybody's back. */
const drifts: Readonly<Record<string, (world: World, stack: StackName, number: number) => void>> = {
  "the route is deleted": ({ server }, stack) => void server.objects.delete(routeOf(stack)),
  "the weights are moved": (world, stack, weight) => {
    const { config } = world.stacks[stack].lab();
    const route = renderVirtualService({ ...config, namespace: namespaces[stack], canaryWeight: toWeight(weight) });
    world.server.objects.set(routeOf(stack), route);
  },
  "the DestinationRule is deleted": ({ server }, stack) =>
    void server.objects.delete(destinationRulePath(namespaces[stack], "versioned-echo")),
  "the canary's pods fail": (world, stack, number) => setReady(world, stack, "versioned-echo-v2", number % 3),
  "the stable pods fail": (world, stack, number) => setReady(world, stack, "versioned-echo-v1", number % 3),
  "the canary is deleted": ({ server }, stack) =>
    void server.objects.delete(deploymentsPath(namespaces[stack], "versioned-echo-v2")),
  "the namespace loses its notes": ({ server }, stack) =>
    void server.objects.set(namespacePath(namespaces[stack]), { metadata: { annotations: {} } }),
};

function setReady({ server }: World, stack: StackName, name: string, readyReplicas: number): void {
  const path = deploymentsPath(namespaces[stack], name);
  const deployment = server.objects.get(path);
  if (deployment) server.objects.set(path, { ...deployment, status: { readyReplicas } });
}

const image = fc.constantFrom("versioned-echo:v1", "versioned-echo:v2", "versioned-echo:v3");
const weight = fc.oneof(fc.constantFrom(0, 10, 30, 60, 100), fc.integer({ min: 0, max: 100 }));

const edits = fc.oneof(
  fc.record({ canaryWeight: weight }),
  fc.record({ canaryWeight: fc.constant("abc") }),
  fc.record({ replicas: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ canaryReplicas: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ canaryEnabled: fc.boolean() }),
  fc.record({ canaryImage: image }),
  fc.record({ stableImage: image }),
  fc.record({ namespace: fc.constantFrom(...Object.values(namespaces), "canary-lab-new") }),
  fc.record({ allowOverload: fc.boolean() }),
  fc.record({ stickyCookie: fc.constantFrom("", "side") }),
  fc.record({ plan: fc.constantFrom("10-30-60", "25", "90-70-50-0") }),
);

type Step =
  | { readonly kind: "edit"; readonly values: Readonly<Record<string, string | number | boolean | undefined>> }
  | { readonly kind: "drift"; readonly what: string; readonly number: number }
  | {
      readonly kind: "command";
      readonly words: readonly [keyof typeof commands, ...(string | number)[]];
      readonly failsAt: number | undefined;
    };

const words: fc.Arbitrary<readonly [keyof typeof commands, ...(string | number)[]]> = fc.oneof(
  fc.tuple(fc.constant("set-traffic" as const), weight),
  fc.tuple(fc.constant("create-canary" as const), image),
  fc.tuple(fc.constantFrom("promote", "promote --full", "rollback", "delete-canary", "up")),
);

const step: fc.Arbitrary<{ readonly stack: StackName; readonly step: Step }> = fc.record({
  stack: fc.constantFrom("dev", "dev", "prod"),
  step: fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit" as const), values: edits }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("drift" as const),
        what: fc.constantFrom(...Object.keys(drifts)),
        number: fc.integer({ min: 0, max: 100 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("command" as const),
        words,
        failsAt: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 4 }),
      }),
    },
  ),
});

/** Runs a command and holds it, write by write, to what it may do. */
async function runCommand(
  world: World,
  stack: StackName,
  { words, failsAt }: Step & { kind: "command" },
): Promise<boolean> {
  const { server, stacks } = world;
  const other: StackName = stack === "dev" ? "prod" : "dev";
  const [name, ...args] = words;
  const command = (commands[name] as (...args: readonly (string | number)[]) => Command)(...args);
  const others = { objects: server.contentOf(namespaces[other]), file: readFileSync(stacks[other].file.path, "utf8") };
  const before = shareOf(world, stack);
  let highest = before;
  server.onWrite = (path, object) => {
    expect({ [name]: isIn(path, namespaces[other]) && path }).toEqual({ [name]: false });
    if (path.endsWith("/versioned-echo-virtualservice") && object)
      highest = Math.max(highest, weightsOf(object as Parameters<typeof weightsOf>[0]).canary);
  };
  stacks[stack].failsAt = failsAt;
  let asked = 0;
  let isDone = false;
  try {
    asked = await command.asks(world, stack);
    await command.run(world, stack);
    isDone = true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  } finally {
    server.onWrite = () => {};
    stacks[stack].failsAt = undefined;
  }
  expect({ [name]: highest <= Math.max(before, asked), before, asked, highest }).toMatchObject({ [name]: true });
  expect(server.contentOf(namespaces[other])).toBe(others.objects);
  expect(readFileSync(stacks[other].file.path, "utf8")).toBe(others.file);
  if (isDone && name === "rollback") expect([shareOf(world, stack), fileWeight(world, stack)]).toEqual([0, 0]);
  return isDone;
}

function runOther(world: World, stack: StackName, step: Exclude<Step, { kind: "command" }>): void {
  const { file } = world.stacks[stack];
  try {
    if (step.kind === "drift") drifts[step.what]?.(world, stack, step.number);
    else
      file.set(
        Object.fromEntries(Object.entries(step.values).filter(([, value]) => value !== undefined)) as Parameters<
          typeof file.set
        >[0],
      );
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // the config is one that no command takes
  }
}

test("each command does its work on the fake cluster: what follows is not a row of refusals", async () => {
  const world = await twoStacks();
  const run = (...words: (Step & { kind: "command" })["words"]) =>
    runCommand(world, "dev", { kind: "command", words, failsAt: undefined });
  const all = [
    await run("rollback"),
    await run("delete-canary"),
    await run("create-canary", "versioned-echo:v3"),
    await run("set-traffic", 30),
    await run("promote"),
    await run("promote --full"),
    await run("rollback"),
    await run("up"),
  ];
  expect(all).toEqual(all.map(() => true));
  expect(world.stacks.dev.file.values()).toMatchObject({ stableImage: "versioned-echo:v1", canaryEnabled: "false" });
});

test("no command changes another stack, and the canary's share never rises above what was asked for", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const world = await twoStacks();
      for (const { stack, step } of steps) {
        if (step.kind !== "command") runOther(world, stack, step);
        else await runCommand(world, stack, step);
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
