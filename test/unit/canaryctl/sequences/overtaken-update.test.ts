import { writeFileSync } from "node:fs";
import { expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { configMapPath } from "../../../../cluster/kube/paths.ts";
import { historyName } from "../../../../components/names.ts";

// Hooks cannot be registered outside of the engine: the fake engine runs what they would run.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>) => ({ run }),
}));
const { namespaces, shareOf, twoStacks } = await import("./world.ts");
const { commands } = await import("./commands.ts");
const { noteRollback } = await import("../../../../canaryctl/src/history/store.ts");
const { updateStack } = await import("../../../../canaryctl/src/engine/update.ts");
const { rollbackMark } = await import("../../../../stacks/live/taken-back.ts");

jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);

/** A plain `pulumi up` from a share of 0 to 50 %, and what happens before its route is written. */
async function overtaken(then: (world: Awaited<ReturnType<typeof twoStacks>>) => Promise<unknown>) {
  const world = await twoStacks();
  const { dev } = world.stacks;
  await commands.rollback().run(world, "dev");
  expect(shareOf(world, "dev")).toBe(0);
  dev.file.set({ canaryWeight: 50, canaryReplicas: 2 });
  dev.onResource = async (name) => {
    if (name !== "route-virtual-service") return;
    dev.onResource = async () => {};
    await then(world);
  };
  const up = dev.lab().engine.update();
  return { world, up };
}

test("an update that nothing overtakes gives the canary what it was begun with", async () => {
  const { world, up } = await overtaken(async () => {});
  await up;
  expect(shareOf(world, "dev")).toBe(50);
});

test("a rollback in the same folder stops the share of an update that is under way", async () => {
  const { world, up } = await overtaken((world) => commands.rollback().run(world, "dev"));
  await expect(up).rejects.toThrow(/began with 50 % for the canary, and Pulumi.dev.yaml asks for 0 % now/);
  expect(shareOf(world, "dev")).toBe(0);
});

test("and one from another machine, whose file says nothing here", async () => {
  const { world, up } = await overtaken(({ server }) =>
    noteRollback(server, { app: "versioned-echo", namespace: namespaces.dev }),
  );
  await expect(up).rejects.toThrow(/sent back by a rollback since this command began/);
  expect(shareOf(world, "dev")).toBe(0);
  await world.stacks.dev.lab().engine.update(); // the next update is asked for after the rollback
  expect(shareOf(world, "dev")).toBe(50);
});

test("and one that came while the update waited for its turn, before its engine began", async () => {
  const world = await twoStacks();
  const { dev } = world.stacks;
  const of = { app: "versioned-echo", namespace: namespaces.dev };
  await commands.rollback().run(world, "dev");
  const { text = "" } = (await rollbackMark(world.server, of)) ?? {};
  dev.file.set({ canaryWeight: 50, canaryReplicas: 2 });
  const update = () => updateStack(dev.lab(), { say: () => {}, markBefore: text });
  await noteRollback(world.server, of);
  await expect(update()).rejects.toThrow(/sent back by a rollback since this command began/);
  expect(shareOf(world, "dev")).toBe(0);
});

test("and one that came while plain pulumi previewed, or asked; a command that is younger than the rollback goes on", async () => {
  const world = await twoStacks();
  const { dev } = world.stacks;
  const of = { app: "versioned-echo", namespace: namespaces.dev };
  await commands.rollback().run(world, "dev");
  await noteRollback(world.server, of);
  const managedFields = [
    {
      manager: "canaryctl-rollback",
      operation: "Update",
      time: "2026-02-01T00:00:10Z",
      fieldsV1: { "f:metadata": { "f:annotations": { "f:canary-lab/rolled-back": {} } } },
    },
  ];
  await world.server.patch(configMapPath(of.namespace, historyName(of.app)), { metadata: { managedFields } });
  dev.file.set({ canaryWeight: 50, canaryReplicas: 2 });
  dev.commandStart = Date.parse("2026-02-01T00:00:05Z");
  await expect(dev.lab().engine.update()).rejects.toThrow(/sent back by a rollback since this command began/);
  expect(shareOf(world, "dev")).toBe(0);
  dev.commandStart = Date.parse("2026-02-01T00:00:20Z");
  await dev.lab().engine.update();
  expect(shareOf(world, "dev")).toBe(50);
});

test("a lower share that is asked for meanwhile holds as well, and a higher one is no reason to refuse", async () => {
  const lower = await overtaken(async ({ stacks }) => stacks.dev.file.set({ canaryWeight: 20 }));
  await expect(lower.up).rejects.toThrow(/asks for 20 % now/);
  const higher = await overtaken(async ({ stacks }) => stacks.dev.file.set({ canaryWeight: 70 }));
  await higher.up;
  expect(shareOf(higher.world, "dev")).toBe(50);
});

test("a file that is being written, or says no weight, says nothing", async () => {
  for (const text of ["config: [", "config: {}\n"]) {
    const { world, up } = await overtaken(async ({ stacks }) => writeFileSync(stacks.dev.file.path, text));
    await up;
    expect(shareOf(world, "dev")).toBe(50);
  }
});

test("canaryctl's own moves after a rollback are not refused", async () => {
  const { world, up } = await overtaken(async () => {});
  await up;
  await commands.rollback().run(world, "dev");
  await noteRollback(world.server, { app: "versioned-echo", namespace: namespaces.dev });
  await commands["set-traffic"](30).run(world, "dev");
  expect(shareOf(world, "dev")).toBe(30);
});
