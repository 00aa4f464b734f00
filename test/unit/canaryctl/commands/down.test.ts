import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { downIn, downText, removeStack, removeStacks } from "../../../../canaryctl/src/commands/down.ts";
import { allPlaces } from "../../../../canaryctl/src/commands/down-places.ts";
import { EngineBusyError, NoStackError } from "../../../../canaryctl/src/engine/engine-failure.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { newStackText } from "../../../../canaryctl/src/stack/stack-text.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { fakeLab, heldLock, projectFolder } from "../fake-lab.ts";

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
    const { lab, log } = fakeLab({ stack: "another" });
    await removeStack(lab, progress, how, ["another"]);
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
    expect(log).toEqual(["mustBeFree", "the cluster", "removeStack"]);
  });

  test("takes nothing where only the engine can read the state, and another update holds one of the stacks", async () => {
    const [free, held] = [fakeLab(), fakeLab()];
    const busy = new EngineBusyError("Another update of stack dev is running (process 7 of ci on runner-1).");
    const engine = { ...held.lab.engine, mustBeFree: () => Promise.reject(busy) };
    const labs = [free.lab, { ...held.lab, engine }];
    const removing = removeStacks(labs, "with the cluster", async () => void free.log.push("the cluster"), progress);
    await expect(removing).rejects.toBe(busy);
    expect([free.log, held.log]).toEqual([["mustBeFree"], []]);
  });

  test("keeps the state where the cluster cannot be removed", async () => {
    const { lab, log } = fakeLab();
    const stopped = new UserError("Docker does not answer: Cannot connect to the Docker daemon");
    const removing = removeStacks([lab], "with the cluster", () => Promise.reject(stopped), progress);
    await expect(removing).rejects.toBe(stopped);
    expect(log).toEqual(["mustBeFree"]);
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

describe("down in one place", () => {
  const { PULUMI_BACKEND_URL } = process.env;
  beforeAll(() => void Object.assign(process.env, { PULUMI_BACKEND_URL: "https://backend.example" }));
  afterAll(() => {
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
  });

  /** What is printed, and what is done, in order. */
  async function down(
    target: "existing" | "embedded" | undefined,
    stacks: readonly string[],
    options: { readonly forget?: boolean } = {},
    file = "config: {}\n",
    reference = "dev",
  ) {
    const { lab, log } = fakeLab();
    const stackFile = new StackFile("dev", projectFolder(file));
    const lines: string[] = [];
    const progress: Progress = { stage: (_, work) => work(() => {}), say: (line) => void lines.push(line) };
    const environment = target && { ...lab.environment, target };
    const cluster: Lab["cluster"] = { ...lab.cluster, get: () => Promise.reject(new UserError("It is gone.")) };
    const opened: string[] = [];
    const text = await downIn({ environment, stacks }, new StackFile(reference), options, progress, {
      open: (name) => {
        opened.push(name);
        return { ...lab, stackFile, cluster };
      },
      removeTarget: async (name) => {
        log.push(`remove cluster ${name}`);
        return false;
      },
      notedTarget: () => undefined,
      forgetStacks: (names) => void (names.length > 0 && log.push(`forget ${names.join(" ")}`)),
      forgetOwnCluster: () => void log.push("forget the cluster"),
    });
    return { said: [...lines, text], log, opened, hasFile: stackFile.exists() };
  }

  test("asks the engine for the stack by the name that it was given, its organization included", async () => {
    const { opened } = await down("embedded", ["dev", "qa"], { forget: true }, undefined, "acme/canary-lab/dev");
    expect(opened).toEqual(["acme/canary-lab/dev", "qa"]);
  });

  test("removes a stack alone in the cluster of the lab with it", async () => {
    const { log } = await down("embedded", ["dev"]);
    expect(log).toEqual(["mustBeFree", "remove cluster embedded", "removeStack", "forget dev", "forget the cluster"]);
  });

  test.each(["embedded", "existing", undefined] as const)(
    "with --forget removes no cluster and no file, where the cluster is %s",
    async (target) => {
      const stack = { namespace: "pr-12", platform: "dev", isShortLived: true, hasSecrets: false };
      const shortLived = newStackText("config: {}\n", stack);
      const { said, log, hasFile } = await down(target, ["dev"], { forget: true }, shortLived);
      expect(log).toEqual(["removeStack", "forget dev"]);
      expect(hasFile).toBe(true);
      expect(said).toEqual([
        "This forgets stack dev; what may still be there of it stays.",
        target === "embedded"
          ? "Stack dev is forgotten. The cluster that the lab made stays.\n  next:    npx canaryctl down"
          : "Stack dev is forgotten.",
      ]);
    },
  );

  test("with --forget says so where there is nothing to forget", async () => {
    const { said, log } = await down(undefined, [], { forget: true });
    expect([said, log]).toEqual([["There is nothing to forget: stack dev is not in the state."], []]);
  });

  test("removes a stack that is in the backend and in no cluster, and looks for no cluster", async () => {
    const { said, log } = await down(undefined, ["dev"]);
    expect(log).toEqual(["removeStack", "forget dev"]);
    expect(said.at(-1)).toBe("Stack dev is removed; it was in no cluster.");
  });

  test("without a stack and a cluster says that there is nothing", async () => {
    const { said, log } = await down(undefined, []);
    expect(said).toEqual(["This checkout has no lab to take down."]);
    expect(log).toEqual(["remove cluster undefined", "forget the cluster"]);
  });
});

describe("the clusters that down --all takes stacks from", () => {
  const { environment: own } = fakeLab().lab;
  const production = { ...own, target: "existing" as const, kubeContext: "prod" };

  test("are each one once, that of the lab last", () => {
    const sameWay = { ...own, target: "existing" as const };
    const stacks = {
      dev: {},
      prod: { environment: production },
      eu: { environment: { ...production } },
      qa: { environment: sameWay },
    };
    expect(allPlaces({ own, stacks }, "embedded")).toEqual([
      { environment: production, stacks: ["prod", "eu"] },
      { environment: own, stacks: ["dev", "qa"] },
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
