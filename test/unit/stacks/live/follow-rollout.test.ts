import { describe, expect, test } from "@jest/globals";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { register } from "../../components/mocks.ts";
import { readingClient } from "./fake-client.ts";

const paused: RolloutObject = {
  metadata: { name: "versioned-echo", generation: 1 },
  spec: { replicas: 2, strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } },
  status: {
    observedGeneration: "1",
    phase: "Paused",
    pauseConditions: [{ reason: "CanaryPauseStep" }],
    currentStepIndex: 1,
    updatedReplicas: 2,
    availableReplicas: 2,
  },
};

/** Follows the Rollout in an update or a preview: how often the cluster was asked, and what came of it. */
async function follow(preview: boolean, seen: RolloutObject | Error = paused) {
  let asked = 0;
  let line: unknown = "nothing";
  const get = async <T>() => {
    asked++;
    if (seen instanceof Error) throw seen;
    return seen as T;
  };
  await register(
    async () => {
      const k8s = await import("@pulumi/kubernetes");
      const { followRollout } = await import("../../../../stacks/live/follow-rollout.ts");
      const rollout = new k8s.apiextensions.CustomResource("rollout", {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
      });
      const followed = { namespace: "canary-lab", name: "versioned-echo", client: readingClient(get) };
      const end = followRollout(rollout, followed, true);
      line = await new Promise((resolve) => end.apply(resolve));
    },
    { preview },
  );
  return { asked, line };
}

describe("the program follows a Rollout", () => {
  test("in an update, and a pause for a person is no failure", async () => {
    expect(await follow(false)).toEqual({ asked: 1, line: "Paused at step 2 of 2 (pause), 20 % on the new revision" });
  });

  test("and only looks at it in a preview, which must not fail of it", async () => {
    const going = { ...paused, status: { ...paused.status, phase: "Progressing", pauseConditions: [] } };
    expect(await follow(true, going)).toEqual({ asked: 1, line: expect.stringMatching(/^Progressing/) });
    expect(await follow(true, new Error("no cluster"))).toEqual({ asked: 1, line: undefined });
  });
});
