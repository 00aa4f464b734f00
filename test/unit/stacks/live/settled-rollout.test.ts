import { UnreachableError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import type { AnalysisRunObject, RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { rolloutTimeoutSeconds } from "../../../../canary/rollout/rollout-timeout.ts";
import { analysisRunPath, rolloutPath } from "../../../../cluster/kube/paths.ts";
import { settled } from "../../../../stacks/live/settled-rollout.ts";
import { readingClient } from "./fake-client.ts";

const steps = [{ setWeight: 10 }, { pause: {} }, { setWeight: 60 }, { pause: { duration: "30s" } }];
type Status = NonNullable<RolloutObject["status"]>;

const rollout = (status: Status): RolloutObject => ({
  metadata: { name: "versioned-echo", generation: 2 },
  spec: { replicas: 2, progressDeadlineSeconds: 120, strategy: { canary: { steps } } },
  status: {
    observedGeneration: "2",
    currentPodHash: "new",
    stableRS: "old",
    updatedReplicas: 2,
    availableReplicas: 2,
    ...status,
  },
});
const paused = rollout({
  phase: "Paused",
  message: "CanaryPauseStep",
  pauseConditions: [{ reason: "CanaryPauseStep" }],
  controllerPause: true,
  currentStepIndex: 1,
  canary: { weights: { canary: { weight: 10 } } },
});
const going = rollout({ phase: "Progressing", message: "more replicas need to be updated", currentStepIndex: 0 });
const bakes = rollout({
  phase: "Paused",
  pauseConditions: [{ reason: "CanaryPauseStep" }],
  controllerPause: true,
  currentStepIndex: 3,
});
const unseen = rollout({ observedGeneration: "1", phase: "Healthy" });
const healthy = rollout({ phase: "Healthy", currentStepIndex: 4, stableRS: "new" });
const aborted = rollout({
  phase: "Degraded",
  abort: true,
  message: 'RolloutAborted: metric "error-rate" assessed Failed due to failed (2) > failureLimit (1)',
  canary: { currentBackgroundAnalysisRunStatus: { name: "run-1", status: "Failed" } },
});
const run: AnalysisRunObject = {
  metadata: { name: "run-1" },
  status: { metricResults: [{ name: "error-rate", phase: "Failed", measurements: [{ value: "[0.31]" }] }] },
};

/** Follows a Rollout that shows one of `looks` each second, the last one for ever, and says how it ended. */
async function follow(looks: readonly (RolloutObject | Error | undefined)[]) {
  let seconds = 0;
  const said: string[] = [];
  const toldAgain: number[] = [];
  const get = async <T>(path: string): Promise<T | undefined> => {
    if (path === analysisRunPath("canary-lab", "run-1")) return run as T;
    if (/\/(replicasets|pods)\?/.test(path)) return undefined;
    expect(path).toBe(rolloutPath("canary-lab", "versioned-echo"));
    const seen = looks[Math.min(seconds, looks.length - 1)];
    if (seen instanceof Error) throw seen;
    return seen as T | undefined;
  };
  const clock = {
    now: () => seconds * 1000,
    sleep: async (milliseconds: number) => {
      seconds += milliseconds / 1000;
    },
  };
  const patch = async <T>(path: string, body: object) => {
    expect([path, body]).toEqual([rolloutPath("canary-lab", "versioned-echo"), { metadata: expect.anything() }]);
    toldAgain.push(seconds);
    return body as T;
  };
  const client = { ...readingClient(get), patch };
  const followed = { namespace: "canary-lab", name: "versioned-echo", client };
  const end = await settled(followed, (line) => said.push(line), clock).then(
    ({ phase }) => phase,
    (error) => error.toText() as string,
  );
  return { end, said, seconds, toldAgain };
}

describe("a Rollout is followed", () => {
  test("until it is Healthy, and each change is said once", async () => {
    const { end, said, seconds } = await follow([going, going, going, healthy]);
    expect(end).toBe("Healthy");
    expect(seconds).toBe(3);
    expect(said).toEqual([
      "Progressing at step 1 of 4 (weight 10 %), 10 % on the new revision, more replicas need to be updated",
      "Healthy: all requests are on the revision that was asked for, 2 of 2 new pods ready",
    ]);
  });

  test("until somebody has to promote it, which is no failure", async () => {
    const { end, said } = await follow([going, paused]);
    expect(end).toBe("Paused");
    expect(said.at(-1)).toBe("Paused at step 2 of 4 (pause), 10 % on the new revision");
  });

  test("until its release is under way: the time of its plan is not waited for", async () => {
    expect(await follow([going, bakes])).toMatchObject({ end: "Paused", seconds: 1 });
  });

  test("and is touched where the controller has missed its spec, but not where it is only late", async () => {
    const late = Array(3).fill(unseen);
    expect(await follow([...late, going, ...late, healthy])).toMatchObject({ end: "Healthy", toldAgain: [] });
    expect(await follow([...late, unseen, healthy])).toMatchObject({ end: "Healthy", toldAgain: [3] });
    const unheard = rollout({ phase: "Progressing", abort: true });
    expect(await follow([...Array(4).fill(unheard), healthy])).toMatchObject({ end: "Healthy", toldAgain: [3] });
  });

  test("while the API server is away for a moment", async () => {
    const away = new UnreachableError("The cluster does not answer: ECONNREFUSED");
    expect(await follow([going, away, away, healthy])).toMatchObject({ end: "Healthy", seconds: 3 });
    const { end, seconds } = await follow([away]);
    expect(end).toContain("ECONNREFUSED");
    expect(seconds).toBe(60);
  });
});

describe("a Rollout's end is an error", () => {
  test("where it is aborted: with the metric, what was measured, and what to run", async () => {
    const { end, seconds } = await follow([going, aborted]);
    expect(end).toContain('metric "error-rate" assessed Failed');
    expect(end).toContain("last measured: error-rate was [0.31]");
    expect(end).toContain("canaryctl retry");
    expect(end).toContain("canaryctl rollback");
    expect(seconds).toBe(4); // seen at 1 s, and still so three seconds later
  });

  test("but not where the controller takes its fault back", async () => {
    const invalid = rollout({ phase: "Degraded", message: 'InvalidSpec: service "versioned-echo-active" not found' });
    expect((await follow([invalid, invalid, going, invalid, healthy])).end).toBe("Healthy");
    // At a spec that it found invalid it looks again after 10 s at most.
    expect((await follow([...Array(11).fill(invalid), healthy])).end).toBe("Healthy");
    expect(await follow([invalid])).toMatchObject({ end: expect.stringContaining("not found"), seconds: 12 });
  });

  test("where no controller looks at it, though told again every three seconds", async () => {
    const { end, seconds, toldAgain } = await follow([unseen]);
    expect(toldAgain).toEqual(Array.from({ length: 20 }, (_, index) => 3 * (index + 1)));
    expect(end).toContain("controller did nothing for 60 s");
    expect(seconds).toBe(61);
  });

  test("where its pods take longer than they may", async () => {
    const { end, seconds } = await follow([going]);
    expect(end).toContain(`not under way after ${rolloutTimeoutSeconds(going)} s`);
    expect(seconds).toBe(rolloutTimeoutSeconds(going) + 1);
  });

  test("where it is gone", async () => {
    expect((await follow([going, undefined])).end).toContain("gone");
  });
});
