import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { rolloutBlueGreen, rolloutCanary } from "../../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { aborted, fakeRollout, healthy, pausedCanary, pausedColour } from "./fake-rollout.ts";

const quiet = () => {};

describe("promote", () => {
  test("ends the pause, as kubectl argo rollouts does, and waits for the next one", async () => {
    const { lab, log } = fakeRollout(pausedCanary, () => ({
      currentStepIndex: 3,
      canary: { weights: { canary: { weight: 60 } } },
    }));
    expect(await rolloutCanary.promote(lab, quiet)).toMatch(/Promoted: Paused at step 4 of 4.*60 %/);
    expect(log).toEqual([
      'patch versioned-echo/status {"metadata":{"resourceVersion":"7"},"status":{"pauseConditions":null}}',
    ]);
  });

  test("of colours waits until users have been switched, and writes what is finished to the config", async () => {
    const { lab, log, file } = fakeRollout(pausedColour, () => healthy);
    expect(await rolloutBlueGreen.promote(lab, quiet)).toMatch(/^Released: versioned-echo:v2/);
    expect(log.at(-1)).toBe("update");
    expect(file()).toMatch(/stableImage: versioned-echo:v2[\s\S]*previousImage: versioned-echo:v1/);
  });

  test("of colours that are analysed after the switch ends before the analysis, and writes nothing", async () => {
    const blueGreen = { ...healthy.blueGreen, postPromotionAnalysisRunStatus: { name: "run", status: "Running" } };
    const { lab, log } = fakeRollout(pausedColour, () => ({
      ...healthy,
      phase: "Progressing",
      stableRS: "old",
      blueGreen,
    }));
    expect(await rolloutBlueGreen.promote(lab, quiet)).toMatch(/^Promoted: Progressing[\s\S]*status --watch/);
    expect(log).toHaveLength(1);
  });

  test("of a release that has ended by itself writes it to the config", async () => {
    const { lab, log, file } = fakeRollout({ ...pausedCanary, ...healthy });
    expect(await rolloutCanary.promote(lab, quiet)).toMatch(/^Released: versioned-echo:v2/);
    expect(log).toEqual(["update"]);
    expect(file()).toMatch(/canaryEnabled: "false"/);
  });

  describe("of a Rollout that has changed since it was read", () => {
    const conflict = () => new ApiError(409, "the object has been modified", "PATCH");

    test("is said again where it is the same pause", async () => {
      const { lab, log } = fakeRollout(pausedCanary, () => {
        if (log.length === 1) throw conflict();
        return { currentStepIndex: 3 };
      });
      expect(await rolloutCanary.promote(lab, quiet)).toMatch(/^Promoted/);
      expect(log).toHaveLength(2);
    });

    test.each([
      ["pauses at a later step by now", { currentStepIndex: 3 }, /gone on meanwhile: Paused at step 4 of 4/],
      ["goes on", { phase: "Progressing", pauseConditions: [], controllerPause: false }, /does not pause/],
    ])("is refused where it %s, for it would end another pause", async (_case, change, message) => {
      const { lab, log, become } = fakeRollout(pausedCanary, () => {
        become(change);
        throw conflict();
      });
      await expect(rolloutCanary.promote(lab, quiet)).rejects.toThrow(message);
      expect(log).toHaveLength(1);
    });
  });

  const withoutVerdict = { name: "run-2", status: "Inconclusive" };
  const pauseConditions = [{ reason: "InconclusiveAnalysisRun" }];

  test("an analysis without a verdict is left behind with its step", async () => {
    const canary = { ...pausedCanary.canary, currentStepAnalysisRunStatus: withoutVerdict };
    const { lab, log } = fakeRollout({ ...pausedCanary, pauseConditions, canary }, () => ({ currentStepIndex: 3 }));
    await rolloutCanary.promote(lab, quiet);
    expect(log[0]).toContain('"pauseConditions":null,"controllerPause":false,"currentStepIndex":2');
  });

  test("no step is left out for an analysis in the background", async () => {
    const canary = { ...pausedCanary.canary, currentBackgroundAnalysisRunStatus: withoutVerdict };
    const { lab, log } = fakeRollout({ ...pausedCanary, pauseConditions, canary }, () => ({ currentStepIndex: 3 }));
    await rolloutCanary.promote(lab, quiet);
    expect(log).toEqual([
      'patch versioned-echo/status {"metadata":{"resourceVersion":"7"},"status":{"pauseConditions":null}}',
    ]);
  });

  test("of colours without a verdict repeats the analysis, and says what it needs", async () => {
    const blueGreen = { ...pausedColour.blueGreen, prePromotionAnalysisRunStatus: withoutVerdict };
    const { lab, log } = fakeRollout({ ...pausedColour, pauseConditions, blueGreen }, () => ({
      phase: "Progressing",
      controllerPause: false,
      pauseConditions: [],
      blueGreen: { ...blueGreen, prePromotionAnalysisRunStatus: { name: "run-2.1", status: "Running" } },
    }));
    expect(await rolloutBlueGreen.promote(lab, quiet)).toMatch(/repeated.*needs requests.*pre-promotion.*Running/);
    expect(log).toEqual([
      'patch versioned-echo/status {"metadata":{"resourceVersion":"7"},"status":{"pauseConditions":null}}',
    ]);
  });

  test.each([
    [
      "is on its way",
      { ...pausedCanary, phase: "Progressing", pauseConditions: [], controllerPause: false },
      /status --watch && npx canaryctl promote/,
    ],
    ["is aborted", { ...pausedCanary, ...aborted }, /retry/],
  ])("is refused where the release %s, for it would do nothing", async (_case, status, next) => {
    const { lab, log } = fakeRollout(status);
    await expect(rolloutCanary.promote(lab, quiet)).rejects.toMatchObject({
      message: expect.stringMatching(/does not pause/),
      next: expect.stringMatching(next),
    });
    expect(log).toEqual([]);
  });
});

describe("promote --full", () => {
  test("skips what is left, then writes the release to the config", async () => {
    const { lab, log, file } = fakeRollout(pausedCanary, () => healthy);
    expect(await rolloutCanary.promoteFully(lab, quiet)).toMatch(/versioned-echo:v2 is the stable version/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"promoteFull":true}}', "update"]);
    expect(file()).toMatch(/stableImage: versioned-echo:v2[\s\S]*canaryEnabled: "false"/);
  });

  test("of a release that has ended only writes the config", async () => {
    const { lab, log } = fakeRollout({ ...pausedCanary, ...healthy });
    await rolloutCanary.promoteFully(lab, quiet);
    expect(log).toEqual(["update"]);
  });

  test("releases no other image than the one that was tried", async () => {
    const { lab, log } = fakeRollout(pausedCanary, undefined, { changes: { canaryImage: "versioned-echo:v3" } });
    await expect(rolloutCanary.promoteFully(lab, quiet)).rejects.toThrow(/is at v2.*canary is versioned-echo:v3/);
    expect(log).toEqual([]);
  });

  test("is refused without a canary, and of one that is aborted", async () => {
    const none = fakeRollout({ ...pausedCanary, ...healthy }, undefined, { changes: { canaryEnabled: false } });
    await expect(rolloutCanary.promoteFully(none.lab, quiet)).rejects.toThrow(/no canary that could be promoted/);
    const off = fakeRollout({ ...pausedCanary, ...aborted });
    await expect(rolloutCanary.promoteFully(off.lab, quiet)).rejects.toThrow(/aborted/);
  });
});
