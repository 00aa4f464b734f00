import { describe, expect, test } from "@jest/globals";
import { scaleFirst } from "../../../../stacks/live/scale-first.ts";
import { application, fakeCluster, type Given, objects, paths } from "./fake-rollout.ts";

const aborted: Given = { current: "bbb", stable: "aaa", abort: true, phase: "Degraded" };
const scaled: Given = { ...aborted, replicas: 5 };

async function run(states: readonly Given[], replicas: number | undefined = 2, isPreview = false) {
  const said: string[] = [];
  const { client, clock, patches } = fakeCluster(states.map(objects));
  await scaleFirst(client, application, replicas, { say: (line) => void said.push(line), clock, isPreview });
  return { said, patches };
}

const toTwo = [{ path: paths.rollout, change: { spec: { replicas: 2 } } }];

describe("before another template of a Rollout", () => {
  test("an aborted one that somebody has scaled gets its own number of pods, and its controller is waited for", async () => {
    expect(await run([scaled, { ...aborted, desired: 5 }, aborted])).toEqual({
      said: ["waiting: the controller has not scaled echo-aaa to 2 pods yet"],
      patches: toTwo,
    });
  });

  test("a controller that does not scale it ends the update", async () => {
    await expect(run([scaled])).rejects.toMatchObject({
      message: expect.stringMatching(
        /not its own number of pods after 90 s: the controller has not scaled echo-aaa to 2/,
      ),
    });
  });

  test.each([
    ["one that is not scaled", [aborted], 2],
    ["one that was not aborted: its number changes together with the template", [{ replicas: 5 }], 2],
    ["a number that is left to others", [scaled], undefined],
  ] as const)("%s is left alone", async (_, states, replicas) => {
    const { client, clock, patches } = fakeCluster(states.map(objects));
    await scaleFirst(client, application, replicas, { say: () => {}, clock });
    expect(patches).toEqual([]);
  });

  test("a preview changes nothing", async () => {
    expect((await run([scaled], 2, true)).patches).toEqual([]);
  });

  test("there may be none", async () => {
    const { client, clock, patches } = fakeCluster([new Map()]);
    await scaleFirst(client, application, 2, { say: () => {}, clock });
    expect(patches).toEqual([]);
  });
});
