import { afterEach, describe, expect, jest, test } from "@jest/globals";
import type { FileState } from "../../../../../canaryctl/src/engine/file-state.ts";
import { rolloutCanary } from "../../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { rolloutPath } from "../../../../../cluster/kube/paths.ts";
import { aborted, fakeRollout, healthy, pausedCanary } from "./fake-rollout.ts";

const quiet = () => {};
afterEach(() => void jest.restoreAllMocks());

describe("abort and retry", () => {
  test("abort waits for the route, and gives the seconds", async () => {
    const { lab, log, become } = fakeRollout(pausedCanary, () => {
      setTimeout(() => become({ canary: { weights: { canary: { weight: 0 } } } }), 250);
      return { ...aborted, canary: pausedCanary.canary };
    });
    expect(await rolloutCanary.abort(lab, quiet)).toMatch(
      /since 0\.[3-9] s after the command[\s\S]*rollback[\s\S]*retry/,
    );
    expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}']);
  });

  test("abort moves the route itself where the controller does nothing", async () => {
    const back = { canary: { weights: { canary: { weight: 0 } } } };
    const { lab, log, become } = fakeRollout(pausedCanary, () => ({ abort: true }));
    const apply: typeof lab.cluster.apply = (...args) => {
      become(back);
      setImmediate(() => become(aborted)); // the controller is there again, before it is told once more
      return lab.cluster.apply(...args);
    };
    expect(await rolloutCanary.abort({ ...lab, cluster: { ...lab.cluster, apply } }, quiet)).toMatch(/^Aborted/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}', "apply 0"]);
  });

  test.each(["abort", "rollback"] as const)(
    "%s ends soon where no controller is there, and claims no abort",
    async (command) => {
      const [start, date] = [performance.now(), Date.now()];
      jest.spyOn(performance, "now").mockImplementation(() => start + 10 * (Date.now() - date)); // ten times as fast
      const { lab, log, become, objects, file } = fakeRollout(pausedCanary, () => ({ abort: true }));
      objects["/apis/apps/v1/deployments"] = { items: [{ status: {} }] };
      const apply: typeof lab.cluster.apply = (...args) => {
        become({ canary: { weights: { canary: { weight: 0 } } } });
        return lab.cluster.apply(...args);
      };
      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      await expect(rolloutCanary[command]({ ...lab, cluster: { ...lab.cluster, apply } }, say)).rejects.toMatchObject({
        message: expect.stringMatching(
          /^All traffic is routed to the stable side since \d+\.\d s .* not ended: .* controller does not answer, and none of its pods is ready/,
        ),
        next: expect.stringMatching(/^kubectl get deployments,pods -A .*argo-rollouts\nnpx canaryctl rollback$/),
      });
      expect(performance.now() - start).toBeLessThan(40_000); // of the 120 s that it would wait for a controller that is there
      expect(lines[0]).toMatch(/the route is moved to the stable side here/);
      expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}', "apply 0"]);
      expect(file().includes('canaryEnabled: "false"')).toBe(command === "rollback");
    },
  );

  test("abort of nothing is refused; repeated, it is done", async () => {
    const done = fakeRollout({ ...pausedCanary, ...healthy });
    await expect(rolloutCanary.abort(done.lab, quiet)).rejects.toThrow(/No release is under way/);
    const again = fakeRollout({ ...pausedCanary, ...aborted });
    expect(await rolloutCanary.abort(again.lab, quiet)).toMatch(/aborted already/);
    expect([...done.log, ...again.log]).toEqual([]);
  });

  test("abort waits until the controller knows the revision, with which it would take the abort back", async () => {
    const atRest = { ...pausedCanary, phase: "Healthy", stableRS: "new", controllerPause: false, pauseConditions: [] };
    const { lab, log, become } = fakeRollout({ ...atRest, observedGeneration: "1" }, () => aborted);
    setTimeout(() => {
      expect(log).toEqual([]);
      become({ observedGeneration: "2", phase: "Progressing", stableRS: "old" });
    }, 250);
    expect(await rolloutCanary.abort(lab, quiet)).toMatch(/^Aborted/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}']);
  });

  test("abort of a release that the controller knows is ordered at once, however far behind the controller is", async () => {
    const { lab, log } = fakeRollout({ ...pausedCanary, observedGeneration: "1" }, () => ({
      ...aborted,
      observedGeneration: "2",
    }));
    expect(await rolloutCanary.abort(lab, quiet)).toMatch(/^Aborted/);
    expect(log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}']);
  });

  test("abort of a revision that follows an aborted one is not done yet", async () => {
    const { lab, log, become } = fakeRollout({ ...pausedCanary, ...aborted, observedGeneration: "1" }, () => aborted);
    setTimeout(() => become({ observedGeneration: "2", phase: "Progressing", abort: false }), 250);
    expect(await rolloutCanary.abort(lab, quiet)).toMatch(/^Aborted/);
    expect(log).toHaveLength(1);
  });

  test("abort is said again where the controller has forgotten it", async () => {
    const going = { phase: "Progressing", controllerPause: false, pauseConditions: [] };
    const { lab, log } = fakeRollout(pausedCanary, () => (log.length > 1 ? aborted : going));
    expect(await rolloutCanary.abort(lab, quiet)).toMatch(/^Aborted/);
    expect(log).toHaveLength(2);
  });

  test("abort of a release that ends meanwhile is refused", async () => {
    const { lab, become } = fakeRollout(pausedCanary);
    setTimeout(() => become(healthy), 250);
    await expect(rolloutCanary.abort(lab, quiet)).rejects.toThrow(/No release is under way: Healthy/);
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

  test("says that there was nothing to roll back where file, state and Rollout are at rest with the stable image", async () => {
    const { blueGreen: _, ...settled } = healthy;
    const rest = { ...pausedCanary, ...settled, stableRS: "old", currentPodHash: "old" };
    const rollback = (remembered: string) => {
      const inputs = { metadata: { annotations: { "canary-lab/image": remembered } } };
      const resource = { urn: "urn:pulumi:dev::canary-lab::x::echo-rollout", type: "x", inputs };
      const read = () => ({ version: 4, deployment: { resources: [resource] } });
      const state = { dropDeadLocks: () => [], locks: () => [], read } as unknown as FileState;
      const fake = fakeRollout(rest, () => ({}), { state });
      fake.lab.stackFile.set({ canaryEnabled: false });
      return rolloutCanary.rollback(fake.lab, quiet);
    };
    expect(await rollback("versioned-echo:v1")).toMatch(/^Nothing to roll back: /);
    expect(await rollback("versioned-echo:v2")).toMatch(/^Rolled back: /);
  });

  test("leaves the number of pods that somebody has scaled it to: with another one the controller looks at the template no more", async () => {
    const fake = fakeRollout(pausedCanary, () => aborted, {
      update: async () => fake.become({ ...healthy, stableRS: "old", currentPodHash: "old", abort: false }),
    });
    const { spec } = fake.objects[rolloutPath("canary-lab", "versioned-echo")] as { spec: { replicas: number } };
    spec.replicas = 3;
    await rolloutCanary.rollback(fake.lab, quiet);
    expect(fake.scopes).toEqual([
      expect.objectContaining({ text: expect.stringContaining('canary-lab:replicas: "3"') }),
    ]);
    expect(fake.file()).not.toContain("replicas");
  });

  test("goes on to the config where the abort fails, for the controller would begin the canary later", async () => {
    const failing = { phase: "Degraded", message: "ProgressDeadlineExceeded", controllerPause: false };
    const fake = fakeRollout(pausedCanary, () => ({ ...failing, pauseConditions: [], abort: true }), {
      update: async () => fake.become({ ...healthy, stableRS: "old", currentPodHash: "old", abort: false }),
    });
    let now = Date.now();
    jest.spyOn(Date, "now").mockImplementation(() => (now += 500)); // a passing fault is waited for in fewer looks
    jest.spyOn(performance, "now").mockReturnValue(0); // and the route is not moved without the controller meanwhile
    const lines: string[] = [];
    expect(await rolloutCanary.rollback(fake.lab, (line) => void lines.push(line))).toMatch(/^Rolled back/);
    expect(lines[0]).toMatch(/go back all the same/);
    expect(fake.log).toEqual(['patch versioned-echo/status {"status":{"abort":true}}', "update"]);
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

  describe("after a release that is written to the config", () => {
    const over = { canaryEnabled: false, stableImage: "versioned-echo:v2", previousImage: "versioned-echo:v1" };
    const ended = { ...pausedCanary, ...healthy };
    const begun = { ...pausedCanary, currentPodHash: "old", stableRS: "new" };
    const back = { ...healthy, stableRS: "old" };

    test("the image before it comes back without the steps, and no second rollback brings it again", async () => {
      const fake = fakeRollout(ended, () => back, { changes: over, update: async () => fake.become(begun) });
      expect(await rolloutCanary.rollback(fake.lab, quiet)).toMatch(/^Rolled back: versioned-echo:v1 is the stable/);
      expect(fake.log).toEqual(["update", 'patch versioned-echo/status {"status":{"promoteFull":true}}']);
      expect(fake.file()).toMatch(/stableImage: versioned-echo:v1[\s\S]*previousImage: ""/);
    });

    test.each([
      ["at a step", begun],
      ["aborted", { ...begun, ...aborted }],
    ])("a rollback that was stopped on the way, %s, goes on, and does not stop the way back", async (_case, status) => {
      const changes = { ...over, stableImage: "versioned-echo:v1" };
      const fake = fakeRollout(status, () => ({ ...back, abort: false }), { changes });
      expect(await rolloutCanary.rollback(fake.lab, quiet)).toMatch(/^Rolled back: versioned-echo:v1/);
      expect(fake.log.at(-1)).toMatch(/"promoteFull":true/);
      expect(fake.log.join()).not.toMatch(/"abort":true/);
    });
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
      next: "npx canaryctl promote\nnpx canaryctl abort",
    });
    expect(fake.log).toEqual(["update"]);
  });

  test("where only the state fails, it says that the traffic is back", async () => {
    const { lab, file } = fakeRollout(pausedCanary, () => aborted, {
      update: () => Promise.reject(new Error("not a UserError")),
    });
    await expect(rolloutCanary.rollback(lab, quiet)).rejects.toThrow(/not a UserError/);
    expect(file()).toContain('canaryEnabled: "false"');
  });
});
