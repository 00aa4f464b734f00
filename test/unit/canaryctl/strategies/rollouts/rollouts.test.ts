import { describe, expect, test } from "@jest/globals";
import { readStatus, statusText } from "../../../../../canaryctl/src/commands/status.ts";
import { rolloutBlueGreen, rolloutCanary } from "../../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { aborted, fakeRollout, healthy, pausedCanary, pausedColour } from "./fake-rollout.ts";

const quiet = () => {};

describe("status of a Rollout", () => {
  test("shows the controller's weight, the pods by role, and what it waits for", async () => {
    const { lab } = fakeRollout(pausedCanary);
    const status = await readStatus(lab, rolloutCanary);
    expect(status).toMatchObject({
      strategy: "rollout-canary",
      owner: "rollout-controller",
      weights: { config: null, wanted: null, route: { stable: 80, canary: 20 } },
      routeOwner: "rollouts-controller",
      release: { phase: "Paused", step: 1, steps: 4, paused: true, aborted: false, revision: 2, colours: null },
      fault: null,
    });
    expect(status.workloads.map(({ version, role }) => [version, role])).toEqual([
      ["v2", "canary"],
      ["v1", "stable"],
    ]);
    expect(statusText(status).join("\n")).toMatch(/Paused at step 2 of 4 \(pause\), 20 %.*canaryctl promote/);
  });

  test("the share is the version's, not the revision's: a promoted canary has everything", async () => {
    const { lab } = fakeRollout({ ...pausedCanary, ...healthy });
    expect((await readStatus(lab, rolloutCanary)).weights.route).toEqual({ stable: 0, canary: 100 });
  });

  test("and on the way back from there the new revision is the stable image", async () => {
    const { lab } = fakeRollout({ ...pausedCanary, currentPodHash: "old", stableRS: "new" });
    expect((await readStatus(lab, rolloutCanary)).weights.route).toEqual({ stable: 20, canary: 80 });
  });

  test("what runs is shown, whatever the config wants to release next", async () => {
    const { lab } = fakeRollout(pausedCanary, undefined, { changes: { canaryImage: "versioned-echo:v3" } });
    expect((await readStatus(lab, rolloutCanary)).weights.route).toEqual({ stable: 80, canary: 20 });
  });

  test("an aborted release is a fault, with what to run", async () => {
    const { lab } = fakeRollout({ ...pausedCanary, ...aborted });
    const status = await readStatus(lab, rolloutCanary);
    expect(status.weights.route).toEqual({ stable: 100, canary: 0 });
    expect(status.fault).toMatch(/aborted.*canaryctl retry.*canaryctl rollback/);
  });

  test("shows which version is which colour", async () => {
    const { lab } = fakeRollout(pausedColour);
    expect(await readStatus(lab, rolloutBlueGreen)).toMatchObject({
      weights: { route: { stable: 100, canary: 0 } },
      routeOwner: null,
      release: { colours: { active: "v1", preview: "v2" } },
    });
  });
});

describe("promote", () => {
  test("ends the pause, as kubectl argo rollouts does, and waits for the next one", async () => {
    const { lab, log } = fakeRollout(pausedCanary, () => ({
      currentStepIndex: 3,
      canary: { weights: { canary: { weight: 60 } } },
    }));
    expect(await rolloutCanary.promote(lab, quiet)).toMatch(/Promoted: Paused at step 4 of 4.*60 %/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"pauseConditions":null}}']);
  });

  test("of colours waits until users have been switched", async () => {
    const { lab } = fakeRollout(pausedColour, () => healthy);
    expect(await rolloutBlueGreen.promote(lab, quiet)).toMatch(/Promoted: Healthy.*promote --full/);
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
    expect(log).toEqual(['patch versioned-echo/status {"status":{"pauseConditions":null}}']);
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
    expect(log).toEqual(['patch versioned-echo/status {"status":{"pauseConditions":null}}']);
  });

  test.each([
    ["has ended", { ...pausedCanary, ...healthy }, /promote --full/],
    ["is on its way", { ...pausedCanary, phase: "Progressing", pauseConditions: [], controllerPause: false }, /Paused/],
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

describe("abort and retry", () => {
  test("abort waits for the route, and gives the seconds", async () => {
    const { lab, log, become } = fakeRollout(pausedCanary, () => {
      setTimeout(() => become({ canary: { weights: { canary: { weight: 0 } } } }), 250);
      return { ...aborted, canary: pausedCanary.canary };
    });
    expect(await rolloutCanary.abort(lab, quiet)).toMatch(/since 0\.[3-9] s after the command.*retry.*rollback/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}']);
  });

  test("abort of nothing is refused; repeated, it is done", async () => {
    const done = fakeRollout({ ...pausedCanary, ...healthy });
    await expect(rolloutCanary.abort(done.lab, quiet)).rejects.toThrow(/No release is under way/);
    const again = fakeRollout({ ...pausedCanary, ...aborted });
    expect(await rolloutCanary.abort(again.lab, quiet)).toMatch(/aborted already/);
    expect([...done.log, ...again.log]).toEqual([]);
  });

  test("retry begins an aborted release again, and nothing else", async () => {
    const { lab, log } = fakeRollout({ ...pausedCanary, ...aborted }, () => ({
      abort: false,
      phase: "Progressing",
      currentStepIndex: 0,
    }));
    expect(await rolloutCanary.retry(lab, quiet)).toMatch(/Begun again: Progressing at step 1/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":false}}']);
    await expect(rolloutCanary.retry(fakeRollout(pausedCanary).lab, quiet)).rejects.toThrow(/not aborted/);
  });

  test("retry forgets the analysis that failed, which the controller would take for the new one", async () => {
    const failed = { currentBackgroundAnalysisRunStatus: { name: "run-2", status: "Failed" } };
    const canary = { ...pausedCanary.canary, ...failed };
    const { lab, log } = fakeRollout({ ...pausedCanary, ...aborted, canary }, () => ({
      abort: false,
      phase: "Progressing",
      currentStepIndex: 0,
    }));
    await rolloutCanary.retry(lab, quiet);
    expect(log).toEqual([
      'patch versioned-echo/status {"status":{"abort":false,"canary":{"currentBackgroundAnalysisRunStatus":null}}}',
    ]);
  });
});

describe("rollback", () => {
  test("aborts first, then config and state agree", async () => {
    const fake = fakeRollout(pausedCanary, () => aborted, {
      update: async () => fake.become({ ...healthy, stableRS: "old", currentPodHash: "old", abort: false }),
    });
    const lines: string[] = [];
    expect(await rolloutCanary.rollback(fake.lab, (line) => void lines.push(line))).toMatch(/^Rolled back/);
    expect(fake.log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}', "update"]);
    expect(lines[0]).toMatch(/routed to the stable side, \d+\.\d s/);
    expect(fake.file()).toContain('canaryEnabled: "false"');
  });

  test("of a promoted canary does not wait at the steps of the way back", async () => {
    const fake = fakeRollout({ ...pausedCanary, ...healthy }, () => ({ ...healthy, stableRS: "old" }), {
      update: async () => {
        fake.become({ ...pausedCanary, currentPodHash: "old", stableRS: "new" });
      },
    });
    await rolloutCanary.rollback(fake.lab, quiet);
    expect(fake.log).toEqual(["update", 'patch versioned-echo/status {"status":{"promoteFull":true}}']);
  });

  test("lets a stable image that never ran here through no quicker than its steps", async () => {
    const fake = fakeRollout({ ...pausedCanary, ...healthy }, undefined, {
      update: async () => {
        await new Promise((resolve) => setTimeout(resolve, 600));
        fake.become({ ...pausedCanary, currentPodHash: "untried", stableRS: "new" });
      },
    });
    await expect(rolloutCanary.rollback(fake.lab, quiet)).rejects.toMatchObject({
      message: expect.stringMatching(/never ran here, so it goes through the steps: Paused/),
      next: "npx canaryctl promote (or abort)",
    });
    expect(fake.log).toEqual(["update"]);
  });

  test("where only the state fails, it says that the traffic is back", async () => {
    const { lab, file } = fakeRollout(pausedCanary, () => aborted, {
      update: () => Promise.reject(new Error("not a LabError")),
    });
    await expect(rolloutCanary.rollback(lab, quiet)).rejects.toThrow(/not a LabError/);
    expect(file()).toContain('canaryEnabled: "false"');
  });
});

describe("create-canary", () => {
  const changes = { canaryImage: "versioned-echo:v3" };

  test("is refused while another release is under way, or is not in the config yet", async () => {
    const underWay = fakeRollout(pausedCanary, undefined, { changes });
    await expect(rolloutCanary.createCanary(underWay.lab, quiet)).rejects.toThrow(/release of v2 is under way/);
    const ended = fakeRollout({ ...pausedCanary, ...healthy }, undefined, { changes });
    await expect(rolloutCanary.createCanary(ended.lab, quiet)).rejects.toMatchObject({
      next: "npx canaryctl promote --full",
    });
    expect([...underWay.log, ...ended.log]).toEqual([]);
  });

  test("of the stable image, or of an aborted one, is refused", async () => {
    const same = fakeRollout(pausedCanary, undefined, { changes: { canaryImage: "versioned-echo:v1" } });
    await expect(rolloutCanary.createCanary(same.lab, quiet)).rejects.toThrow(/stable image already/);
    const again = fakeRollout({ ...pausedCanary, ...aborted });
    await expect(rolloutCanary.createCanary(again.lab, quiet)).rejects.toThrow(/is aborted/);
  });
});

test("delete-canary is refused while requests reach the canary", async () => {
  await expect(rolloutCanary.deleteCanary(fakeRollout(pausedCanary).lab, quiet)).rejects.toThrow(/still gets 20 %/);
  const { lab, log } = fakeRollout({ ...pausedCanary, ...aborted });
  expect(await rolloutCanary.deleteCanary(lab, quiet)).toBe("The canary is removed.");
  expect(log).toEqual(["update"]);
});

test("set-traffic and undo are refused, with what to run", async () => {
  const { lab } = fakeRollout(pausedCanary);
  await expect(rolloutCanary.setTraffic(lab, quiet)).rejects.toMatchObject({ next: expect.stringMatching(/promote/) });
  await expect(rolloutBlueGreen.undo(lab, quiet)).rejects.toMatchObject({ next: "npx canaryctl rollback" });
});
