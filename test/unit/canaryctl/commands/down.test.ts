import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { downText, removeStack, removeStacks } from "../../../../canaryctl/src/commands/down.ts";
import { allPlaces } from "../../../../canaryctl/src/commands/down-places.ts";
import { NoStackError } from "../../../../canaryctl/src/engine/engine.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { fakeLab, heldLock } from "../fake-lab.ts";

describe("removing a stack", () => {
  const { PULUMI_BACKEND_URL } = process.env;
  beforeAll(() => void Object.assign(process.env, { PULUMI_BACKEND_URL: "https://backend.example" }));
  afterAll(() => {
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
  });
  const progress: Progress = { stage: (_, work) => work(() => {}), say: () => {} };

  test.each([
    ["each resource", ["destroy", "removeStack"]],
    ["with the cluster", ["removeStack"]],
    ["forget", ["removeStack"]],
  ] as const)("%s", async (how, done) => {
    const { lab, log } = fakeLab();
    await removeStack(lab, progress, how, ["dev"]);
    expect(log).toEqual(done);
  });

  test("that is not in the backend is no error", async () => {
    const { lab } = fakeLab();
    const engine = { ...lab.engine, removeStack: () => Promise.reject(new NoStackError("no stack named dev")) };
    await expect(removeStack({ ...lab, engine }, progress, "with the cluster", ["dev"])).resolves.toBeUndefined();
  });
});

describe("removing a stack with the cluster that the lab made", () => {
  const progress: Progress = { stage: (_, work) => work(() => {}), say: () => {} };
  const { PULUMI_BACKEND_URL } = process.env;
  beforeAll(() => void Object.assign(process.env, { PULUMI_BACKEND_URL: "https://backend.example" }));
  afterAll(() => {
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
  });

  test("takes the cluster first, and the state after", async () => {
    const { lab, log } = fakeLab();
    await removeStacks([lab], "with the cluster", async () => void log.push("the cluster"), progress);
    expect(log).toEqual(["the cluster", "removeStack"]);
  });

  test("keeps the state where the cluster cannot be removed", async () => {
    const { lab, log } = fakeLab();
    const stopped = new UserError("Docker does not answer: Cannot connect to the Docker daemon");
    const removing = removeStacks([lab], "with the cluster", () => Promise.reject(stopped), progress);
    await expect(removing).rejects.toBe(stopped);
    expect(log).toEqual([]);
  });

  test("takes nothing from under an update that runs", async () => {
    const { lab, log } = fakeLab();
    const held = { ...heldLock, holder: "elsewhere" as const, since: 0 };
    const state = { exists: () => true, dropDeadLocks: () => [], locks: () => [held] };
    const busy = { ...lab, state: state as unknown as Lab["state"] };
    await expect(
      removeStacks([busy], "with the cluster", async () => void log.push("the cluster"), progress),
    ).rejects.toThrow("The lock of stack dev is held");
    expect(log).toEqual([]);
  });
});

describe("the clusters that down --all takes stacks from", () => {
  const { environment: own } = fakeLab().lab;
  const production = { ...own, target: "existing" as const, kubeContext: "prod" };

  test("are each one once, that of the lab last", () => {
    const stacks = { dev: {}, prod: { environment: production }, eu: { environment: { ...production } } };
    expect(allPlaces({ own, stacks }, "embedded")).toEqual([
      { environment: production, stacks: ["prod", "eu"] },
      { environment: own, stacks: ["dev"] },
    ]);
  });

  test("have what an unfinished up made among them, and are never none", () => {
    const prod = { prod: { environment: production } };
    const unknown = { environment: undefined, stacks: [] };
    expect(allPlaces({ own: undefined, stacks: prod }, "kind")).toEqual([
      { environment: production, stacks: ["prod"] },
      unknown,
    ]);
    expect(allPlaces({ own: undefined, stacks: prod }, undefined)).toHaveLength(1);
    expect(allPlaces({ own: undefined, stacks: {} }, undefined)).toEqual([unknown]);
  });
});

test.each([
  ["existing", ["prod"], [], "Stack prod is removed; the cluster stays."],
  ["existing", ["prod"], ["dev"], "Stack prod is removed. In other clusters: dev."],
  ["embedded", ["dev"], [], "The lab is down."],
  ["embedded", [], ["prod"], "The cluster of the lab is removed. In other clusters: prod."],
] as const)("in a cluster that is %s, when %j went and %j are known: %s", (target, going, others, text) => {
  expect(downText(target, going, others)).toBe(text);
});
