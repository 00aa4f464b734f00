import { describe, expect, jest, test } from "@jest/globals";
import { register } from "../../components/mocks.ts";
import { readingClient } from "./fake-client.ts";

// Hooks cannot be registered under mocks: what they would run is kept instead.
let touch: () => Promise<void>;
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: () => Promise<void>) => {
    touch = run;
    return {};
  },
}));

const { StartFollower } = await import("../../../../stacks/live/start-follower.ts");

const deployment = (ready: number) => ({
  metadata: { generation: 1 },
  spec: { replicas: 2 },
  status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: ready, readyReplicas: ready },
});

interface Case {
  readonly isTouched?: boolean;
  readonly isTargeted?: boolean;
  readonly preview?: boolean;
  /** Pods that the dependents need. */
  readonly enough?: number;
  /** Milliseconds that they wait for pods which this update did not write. */
  readonly grace?: number;
}

/** Follows a Deployment of whose two pods one more is ready at each look: after how many looks its dependents may come, and all is ended. */
async function follow({ isTouched = false, isTargeted = false, preview = false, enough = 1, grace }: Case) {
  const looks: Record<string, number> = {};
  let asked = 0;
  await register(
    async () => {
      const k8s = await import("@pulumi/kubernetes");
      const client = readingClient(async <T>(path: string) => {
        if (!path.includes("/deployments/")) return undefined;
        asked++;
        return deployment(asked - 1) as T;
      });
      const follower = new StartFollower(client, isTargeted, grace);
      const { ready } = follower.follow({ namespace: "canary-lab", name: "versioned-echo-v1", seconds: 9, next: [] });
      if (isTouched) await touch();
      const made = new k8s.core.v1.ConfigMap("stable", {});
      const mark = (what: string) => () => {
        looks[what] = asked;
      };
      await Promise.all([ready(made, made, enough).then(mark("dependents")), follower.ended().then(mark("end"))]);
    },
    { preview },
  );
  return looks;
}

describe("a Deployment of the program", () => {
  test("that this update writes holds up what depends on it until its pods are ready", async () => {
    expect(await follow({ isTouched: true })).toEqual({ dependents: 3, end: 3 });
  });

  test("that is a target as well", async () => {
    expect(await follow({ isTouched: true, isTargeted: true })).toEqual({ dependents: 3, end: 3 });
  });

  test("that it does not write holds them up until enough pods are ready, and is followed all the same", async () => {
    expect(await follow({ enough: 1 })).toEqual({ dependents: 2, end: 3 });
    expect(await follow({ enough: 2 })).toEqual({ dependents: 3, end: 3 });
  });

  test("that it does not write holds them up for a moment only: then the guard of the route speaks", async () => {
    expect(await follow({ enough: 2, grace: 50 })).toEqual({ dependents: 1, end: 3 });
    expect(await follow({ isTouched: true, enough: 2, grace: 50 })).toEqual({ dependents: 3, end: 3 });
  });

  test("holds up nothing that needs none of its pods, such as a route that takes the traffic from it", async () => {
    expect(await follow({ enough: 0 })).toMatchObject({ end: 3 });
    expect((await follow({ isTouched: true, enough: 0 })).dependents).toBeLessThan(2);
  });

  test("that is none of the targets is left alone: a rollback does not wait for the pods that it is for", async () => {
    expect(await follow({ isTargeted: true })).toEqual({ dependents: 0, end: 0 });
  });

  test("is not waited for in a preview", async () => {
    expect(await follow({ preview: true })).toEqual({ dependents: 0, end: 0 });
  });
});
