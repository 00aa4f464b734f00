import { describe, expect, test } from "@jest/globals";
import { waitForGrowth } from "../../../../stacks/live/shrink-last.ts";
import { readingClient } from "./fake-client.ts";

const growing = { namespace: "canary-lab", name: "versioned-echo-v2", replicas: 10, seconds: 240, next: [] };
const deployment = (replicas: number, readyReplicas?: number, observedGeneration = 2) => ({
  metadata: { generation: 2 },
  spec: { replicas },
  status: { observedGeneration, readyReplicas },
});

/** Waits with answers of the cluster one after the other, and tells what was said. */
async function wait(answers: readonly (object | undefined)[], replicas = growing.replicas): Promise<readonly string[]> {
  const said: string[] = [];
  let asked = 0;
  let now = 0;
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
  };
  const clock = { now: () => now, sleep };
  const client = readingClient(async <T>(path: string) =>
    path.includes("/deployments/") ? (answers[Math.min(asked++, answers.length - 1)] as T | undefined) : undefined,
  );
  await waitForGrowth(client, { ...growing, replicas }, (line) => void said.push(line), clock);
  return said;
}

describe("waitForGrowth", () => {
  test("waits until the other Deployment is there, is asked for its pods, and has them all ready", async () => {
    const stages = [undefined, deployment(5, 5), deployment(10, 5, 1), deployment(10, 7), deployment(10, 10)];
    expect(await wait(stages)).toEqual([
      "waiting: versioned-echo-v2 has 0 of 10 pods ready",
      "waiting: versioned-echo-v2 has 7 of 10 pods ready",
    ]);
  });

  test("does not wait for one that has more than it is to have: where both lose pods, each would wait for the other", async () => {
    expect(await wait([deployment(5, 5)], 2)).toEqual([]);
  });

  test("ends with the reason where it does not get ready", async () => {
    await expect(wait([deployment(10, 9)])).rejects.toThrow(/versioned-echo-v2 has 9 of 10 pods ready/);
  });
});
