import { readFileSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import { expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { factsOf, type StrategyName, strategyNames } from "../../../../canary/strategies.ts";
import { deploymentsPath } from "../../../../cluster/kube/paths.ts";
import type { Command } from "./commands.ts";
import { isIn } from "./fake-api-server.ts";
import type { Step } from "./steps.ts";
import { time } from "./virtual-time.ts";
import type { StackName, World } from "./world.ts";

jest.unstable_mockModule("node:timers/promises", () => ({ setTimeout: time.sleep }));
jest.spyOn(performance, "now").mockImplementation(time.now);
jest.spyOn(Date, "now").mockImplementation(time.now);
// Hooks cannot be registered outside of the engine: the fake engine runs what they would run.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>) => ({ run }),
}));
const { isRouted, namespaces, outsideMeetsCanary, shareMeter, shareOf, splits, twoStacks } = await import("./world.ts");
const { commands, fileWeight } = await import("./commands.ts");
const { drifts, knownSequences, sequenceOf } = await import("./steps.ts");

jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);

/**
 * How many times the usual number of sequences are tried. The usual ones are the same in each run, so that no change is blamed for what chance
 * has found; the full run (`.ci/run --all`) sets this and tries others each time.
 */
const further = Number(process.env.SEQUENCES ?? 1);

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
  const share = shareMeter(world, stack);
  const before = share();
  let highest = before;
  server.onWrite = (path) => {
    expect({ [name]: isIn(path, namespaces[other]) && path }).toEqual({ [name]: false });
    if (splits(world.strategy, path)) highest = Math.max(highest, share());
  };
  world.live(stack);
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
    world.live("dev", "prod");
    stacks[stack].failsAt = undefined;
  }
  expect({ [name]: highest <= Math.max(before, asked), before, asked, highest }).toMatchObject({ [name]: true });
  expect(server.contentOf(namespaces[other])).toBe(others.objects);
  expect(readFileSync(stacks[other].file.path, "utf8")).toBe(others.file);
  if (isDone && name === "rollback") {
    expect(shareOf(world, stack)).toBe(0);
    if (factsOf(world.strategy).owner === "pulumi") expect(fileWeight(world, stack)).toBe(0);
  }
  if (isDone && isRouted(world, stack) && shareOf(world, stack) === 0)
    expect({ [name]: outsideMeetsCanary(world, stack) }).toEqual({ [name]: false });
  return isDone;
}

async function runOther(world: World, stack: StackName, step: Exclude<Step, { kind: "command" }>): Promise<void> {
  const { file } = world.stacks[stack];
  try {
    if (step.kind === "drift") await drifts[step.what]?.(world, stack, step.number);
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

/** Who moves the traffic has its own commands; and where a promotion is the last one, none is left. */
function isForOthers(strategy: StrategyName, command: keyof typeof commands): boolean {
  const { owner } = factsOf(strategy);
  if (command === "set-traffic") return owner !== "pulumi";
  if (command === "promote") return owner === "deployment-controller" || owner === "ingress";
  return command === "promote --full" && strategy === "rollout-blue-green";
}

test.each(strategyNames)(
  "with %s each command does its work on the fake cluster: what follows is not a row of refusals",
  async (strategy) => {
    const world = await twoStacks(strategy);
    const run = async (...words: (Step & { kind: "command" })["words"]) => ({
      words,
      isDone: await runCommand(world, "dev", { kind: "command", words, failsAt: undefined }),
    });
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
    expect(all).toEqual(all.map(({ words }) => ({ words, isDone: !isForOthers(strategy, words[0]) })));
    expect(world.stacks.dev.file.values()).toMatchObject({ stableImage: "versioned-echo:v1", canaryEnabled: "false" });
  },
);

test.each(strategyNames)(
  "with %s a canary that has never come to run is not promoted to all of the traffic",
  async (strategy) => {
    const world = await twoStacks(strategy);
    const run = (words: (Step & { kind: "command" })["words"], failsAt?: number) =>
      runCommand(world, "dev", { kind: "command", words, failsAt });
    expect([await run(["rollback"]), await run(["delete-canary"])]).toEqual([true, true]);
    expect(await run(["create-canary", "versioned-echo:v3"], 1)).toBe(false); // the Namespace says so already
    expect(await run(["promote --full"])).toBe(false);
    const images = [...world.server.objects].flatMap(([path, object]) =>
      path.startsWith(deploymentsPath(namespaces.dev)) ? JSON.stringify(object).match(/versioned-echo:v\d/g) : [],
    );
    expect(images).not.toContain("versioned-echo:v3");
  },
);

test.each([
  ["istio", 50],
  ["gateway-api", 15],
  ["nginx-header", 12],
  ["replica-ratio", 15],
  ["rolling-update", 15],
  ["rollout-canary", 20],
  ["rollout-blue-green", 15],
] as const)(
  "with %s no command changes another stack, and the canary's share never rises above what was asked for",
  async (strategy, numRuns) => {
    await fc.assert(
      fc.asyncProperty(sequenceOf(strategy), async (steps) => {
        const world = await twoStacks(strategy);
        for (const { stack, step } of steps) {
          if (step.kind !== "command") await runOther(world, stack, step);
          else await runCommand(world, stack, step);
        }
      }),
      {
        numRuns: numRuns * further,
        examples: knownSequences.map((steps) => [steps]),
        ...(further === 1 && { seed: 1 }),
      },
    );
  },
  60_000 * further,
);
