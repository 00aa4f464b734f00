import { describe, expect, test } from "@jest/globals";
import { admitRevision, admitSteps } from "../../../../stacks/live/rollout-guard.ts";
import { application, fakeCluster, type Given, objects } from "./fake-rollout.ts";

async function admit(image: string, ...states: readonly Given[]): Promise<string[]> {
  const said: string[] = [];
  const { client, clock } = fakeCluster(states.map(objects));
  await admitRevision(client, application, image, { say: (line) => void said.push(line), clock });
  return said;
}

const inCanary: Given = { current: "bbb", stable: "aaa", weight: 10, canaryHash: "bbb", phase: "Paused" };

describe("a new revision", () => {
  test("goes in where there is no Rollout yet", async () => {
    const { client, clock } = fakeCluster([new Map()]);
    await expect(admitRevision(client, application, "echo:new", { say: () => {}, clock })).resolves.toBeUndefined();
  });

  test("goes in at once when the last release is over, its route included", async () => {
    expect(await admit("echo:new", {})).toEqual([]);
  });

  test("waits until the weights are back, which the controller says nothing of", async () => {
    const said = await admit("echo:new", { weight: 100, canaryHash: "old" }, { weight: 100 }, {});
    expect(said).toEqual([
      "waiting: the canary subset means revision old, the stable one aaa",
      "waiting: 100 % of the requests do not go to the stable side yet",
    ]);
  });

  test("is refused in the middle of a canary", async () => {
    await expect(admit("echo:new", inCanary)).rejects.toMatchObject({
      message: expect.stringMatching(/^Another release is under way: Paused at step 2 of 2 \(pause\)/),
      allowed: expect.stringContaining("the stable image echo:stable"),
      next: expect.stringContaining("canaryctl rollback"),
    });
  });

  test("that is the stable image again is always let in", async () => {
    expect(await admit("echo:stable", inCanary)).toEqual([]);
  });

  test("goes in where none was ever ready: it mends the stable one, or is refused as a canary before", async () => {
    expect(await admit("echo:new", { stable: "", phase: "Progressing" })).toEqual([]);
  });

  test("goes in after an abort, as soon as the aborted one has no requests", async () => {
    const aborted = { ...inCanary, abort: true, phase: "Degraded" };
    expect(await admit("echo:new", aborted, { ...aborted, weight: 0 })).toEqual([
      "waiting: 10 % of the requests do not go to the stable side yet",
    ]);
  });

  test("is refused where the route does not come back", async () => {
    await expect(admit("echo:new", { weight: 100 })).rejects.toMatchObject({
      message: expect.stringMatching(/not back after 90 s: 100 % of the requests/),
      next: expect.stringContaining("canaryctl status"),
    });
  });
});

describe("other steps for the revision that is there", () => {
  async function admitOther(...states: readonly Given[]): Promise<string[]> {
    const said: string[] = [];
    const { client, clock } = fakeCluster(states.map(objects));
    await admitSteps(client, application, { say: (line) => void said.push(line), clock });
    return said;
  }

  test("go in at rest, before anything was ready, and where there is no Rollout", async () => {
    expect(await admitOther({})).toEqual([]);
    expect(await admitOther({ stable: "", phase: "Progressing" })).toEqual([]);
    const { client, clock } = fakeCluster([new Map()]);
    await expect(admitSteps(client, application, { say: () => {}, clock })).resolves.toBeUndefined();
  });

  test("go in at rest although the controller has yet to look: nothing has been approved that they would restart", async () => {
    expect(await admitOther({ generation: 2 })).toEqual([]);
  });

  test("are refused in the middle of a canary, which would begin again", async () => {
    await expect(admitOther(inCanary)).rejects.toMatchObject({
      message: expect.stringMatching(/steps.*begin again.*Paused at step 2 of 2/),
      allowed: expect.stringContaining("plan, analysis and rolloutCanary as they were"),
      next: expect.stringContaining("canaryctl rollback"),
    });
  });

  test("are refused after an abort, which they would take back", async () => {
    await expect(admitOther({ ...inCanary, abort: true, phase: "Degraded", weight: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/begin again.*Aborted/),
      next: expect.stringMatching(/^npx canaryctl rollback/),
    });
  });

  test("wait for a way back that the controller has yet to see", async () => {
    expect(await admitOther({ ...inCanary, generation: 2 }, {})).toEqual([
      "waiting: the controller has not looked at the release yet",
    ]);
  });
});
