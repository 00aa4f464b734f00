import { expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";

// Hooks cannot be registered outside of the engine: the fake engine runs what they would run.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>) => ({ run }),
}));
const { twoStacks } = await import("../sequences/world.ts");
const { whereItRuns } = await import("../../../../canaryctl/src/doctor/examine.ts");

jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);

test("doctor looks at the namespace where the stack runs, as the other commands do, whatever was edited since", async () => {
  const { stacks } = await twoStacks();
  const { dev } = stacks;
  const opened = () => ({ stackFile: dev.file, config: dev.lab().config });
  dev.file.set({ replicas: 5 });
  expect((await whereItRuns(dev.lab(), opened())).config).toMatchObject({ namespace: "canary-lab", replicas: 5 });
  dev.file.set({ namespace: "elsewhere" });
  const lab = await whereItRuns(dev.lab(), opened());
  expect(lab.config).toMatchObject({ namespace: "canary-lab", replicas: 2 });
  expect(lab.applied?.pending.map(({ key }) => key)).toEqual(["namespace", "replicas"]);
});
