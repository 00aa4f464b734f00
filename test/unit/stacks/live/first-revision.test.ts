import { describe, expect, jest, test } from "@jest/globals";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";

// Hooks cannot be registered under mocks: what they would run is kept instead.
const hooks: { readonly run: () => Promise<void>; readonly opts: object | undefined }[] = [];
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: () => Promise<void>, opts?: object) => hooks.push({ run, opts }),
}));
const { firstRevisionGuard, requireStableRevision } = await import("../../../../stacks/live/first-revision.ts");

const application = { app: "versioned-echo", namespace: "canary-lab" };

describe("the first revision of a workload, which gets all traffic at once,", () => {
  test("is never the canary's, whatever the Namespace knows of the stack", async () => {
    expect(Object.keys(firstRevisionGuard("rollout-blue-green", true))).toEqual(["beforeCreate"]);
    const [hook] = hooks;
    expect(hook?.opts).toEqual({ onDryRun: true });
    await expect(hook?.run()).rejects.toMatchObject({ allowed: "canaryEnabled false" });
  });

  test("may be the stable image", () => {
    expect(firstRevisionGuard("rollout-blue-green", false)).toEqual({});
  });

  test("has to be ready before there is a canary", async () => {
    const require = (rollout: object | undefined) =>
      requireStableRevision({ get: async <T>() => rollout as T }, application);
    await expect(
      require({ metadata: {}, spec: {}, status: {} } satisfies Partial<Record<keyof RolloutObject, object>>),
    ).rejects.toThrow("No version has become the stable one yet");
    await expect(require({ status: { stableRS: "aaa" } })).resolves.toBeUndefined();
    await expect(require(undefined)).resolves.toBeUndefined();
  });
});
