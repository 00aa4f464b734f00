import { beforeEach, describe, expect, jest, test } from "@jest/globals";

type Inputs = { readonly spec: object };
// Hooks cannot be registered under mocks: what they would run is kept instead.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>) => ({ run }),
}));
const { revisionHook } = await import("../../../../stacks/live/revision-hook.ts");

const template = (image: string) => ({ template: { spec: { containers: [{ name: "echo", image }] } } });
const steps = (...weights: readonly number[]) => ({
  strategy: { canary: { steps: weights.map((setWeight) => ({ setWeight })) } },
});

let admitted: string[] = [];
beforeEach(() => {
  admitted = [];
});

const hook = () => {
  const { run } = revisionHook("guard", {
    revision: async (image) => void admitted.push(image),
    steps: async () => void admitted.push("steps"),
  }) as unknown as { run: (args: { oldInputs: Inputs; newInputs: Inputs }) => Promise<void> };
  return (from: object, to: object) => run({ oldInputs: { spec: from }, newInputs: { spec: to } });
};

describe("a change of what holds the pod template", () => {
  test("needs no admission where the template and the steps stay", async () => {
    const before = { ...template("echo:v1"), ...steps(10, 30), replicas: 2 };
    await hook()(before, { ...before, replicas: 3 });
    expect(admitted).toEqual([]);
  });

  test("has its new image admitted, and with it the steps, by which that one begins", async () => {
    await hook()({ ...template("echo:v1"), ...steps(10) }, { ...template("echo:v2"), ...steps(50) });
    expect(admitted).toEqual(["echo:v2"]);
  });

  test("has other steps admitted, for they restart the revision that is there", async () => {
    await hook()({ ...template("echo:v2"), ...steps(10) }, { ...template("echo:v2"), ...steps(50) });
    await hook()({ workloadRef: {}, ...steps(10) }, { workloadRef: {}, ...steps(50) });
    expect(admitted).toEqual(["steps", "steps"]);
  });

  test("may have other steps behind a Deployment whose new template was admitted in the same update", async () => {
    const change = hook();
    await change(template("echo:v1"), template("echo:v2"));
    await change({ workloadRef: {}, ...steps(10) }, { workloadRef: {}, ...steps(50) });
    expect(admitted).toEqual(["echo:v2"]);
  });
});
