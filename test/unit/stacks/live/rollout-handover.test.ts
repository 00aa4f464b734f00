import { describe, expect, test } from "@jest/globals";
import { renderRestingRoute } from "../../../../components/rollout/render-rollout-canary.ts";
import { enterRollout, leaveRollout } from "../../../../stacks/live/rollout-handover.ts";
import { application, fakeCluster, type Given, objects, paths, steps, trafficRouting } from "./fake-rollout.ts";

async function leave(...states: readonly Given[]) {
  const { client, clock, patches } = fakeCluster(states.map(objects));
  await leaveRollout(client, application, () => {}, clock);
  return patches;
}

describe("leaving a Rollout", () => {
  test("takes its routing away first, and then the revisions out of the subsets", async () => {
    const [rollout, rule, ...more] = await leave({});
    expect(rollout).toEqual({
      path: paths.rollout,
      change: {
        metadata: { annotations: { "canary-lab/left": JSON.stringify({ canary: { trafficRouting, steps } }) } },
        spec: { strategy: { canary: { trafficRouting: null, steps: null } } },
      },
    });
    const labels = { app: "echo" };
    expect(rule).toEqual({
      path: paths.destinationRule,
      change: {
        spec: {
          subsets: [
            { name: "v1", labels },
            { name: "v2", labels },
          ],
        },
      },
    });
    expect(more).toEqual([]);
  });

  test("stops it from taking a Deployment's pods away", async () => {
    const [rollout] = await leave({ workloadRef: { scaleDown: "progressively" } });
    expect(rollout?.change).toMatchObject({ spec: { workloadRef: { scaleDown: "never" } } });
  });

  test("waits for the end of a release, its route included", async () => {
    const patches = await leave({ current: "bbb", weight: 10 }, { weight: 100 }, {});
    expect(patches).toHaveLength(2);
  });

  test("is given up where the release does not end", async () => {
    await expect(leave({ current: "bbb", weight: 10 })).rejects.toThrow(/cannot let go .* after 90 s/);
  });

  test("has nothing to do where there is no Rollout", async () => {
    const { client, clock, patches } = fakeCluster([new Map()]);
    await leaveRollout(client, application, () => {}, clock);
    expect(patches).toEqual([]);
  });
});

describe("entering a Rollout", () => {
  test("that was left puts back what it had", async () => {
    const left = JSON.stringify({ canary: { trafficRouting, steps }, scaleDown: "onsuccess" });
    const { client, patches } = fakeCluster([objects({ annotations: { "canary-lab/left": left } })]);
    await enterRollout(client, application);
    expect(patches).toEqual([
      {
        path: paths.rollout,
        change: {
          metadata: { annotations: { "canary-lab/left": null } },
          spec: { strategy: { canary: { trafficRouting, steps } }, workloadRef: { scaleDown: "onsuccess" } },
        },
      },
    ]);
  });

  test("that was not left changes nothing of it", async () => {
    const { client, patches } = fakeCluster([objects({})]);
    await enterRollout(client, application);
    expect(patches).toEqual([]);
  });

  test("begins with a route that has no rules of its own, which would stay", async () => {
    const { client, applied } = fakeCluster([objects({})]);
    await enterRollout(client, application);
    const object = renderRestingRoute(application);
    expect(applied).toEqual([{ path: paths.virtualService, object, manager: "canary-lab" }]);
  });

  test("makes no route where there is none yet", async () => {
    const { client, applied, patches } = fakeCluster([new Map()]);
    await enterRollout(client, application);
    expect([...applied, ...patches]).toEqual([]);
  });
});
