import { describe, expect, test } from "@jest/globals";
import { readStatus, statusText } from "../../../../../canaryctl/src/status.ts";
import { rolloutBlueGreen, rolloutCanary } from "../../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { aborted, fakeRollout, healthy, pausedCanary, pausedColour, revision } from "./fake-rollout.ts";

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
    expect(statusText(status).join("\n")).toMatch(/Paused at step 2 of 4 \(pause\), 20 %.*(waits|paus|promot)/);
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

  test("two repositories with the same tag are two images: in status, in create-canary and in promote --full", async () => {
    const images = { stableImage: "a.example/echo:latest", canaryImage: "b.example/echo:latest" };
    const { lab, objects } = fakeRollout(pausedCanary, undefined, { changes: images });
    const revisions = (current: string) => ({
      items: [revision("old", "latest", 1, images.stableImage), revision("new", "latest", 2, current)],
    });
    objects["/apis/apps/v1/namespaces/canary-lab/replicasets"] = revisions(images.canaryImage);
    expect((await readStatus(lab, rolloutCanary)).weights.route).toEqual({ stable: 80, canary: 20 });
    objects["/apis/apps/v1/namespaces/canary-lab/replicasets"] = revisions("c.example/echo:latest");
    await expect(rolloutCanary.createCanary(lab, quiet)).rejects.toThrow(
      /release of c\.example\/echo:latest is under way/,
    );
    await expect(rolloutCanary.promoteFully(lab, quiet)).rejects.toThrow(/is at c\.example\/echo:latest/);
  });

  test("an aborted release is a fault, with what to run", async () => {
    const { lab } = fakeRollout({ ...pausedCanary, ...aborted });
    const status = await readStatus(lab, rolloutCanary);
    expect(status.weights.route).toEqual({ stable: 100, canary: 0 });
    expect(status.fault).toMatch(/aborted[\s\S]*canaryctl rollback[\s\S]*canaryctl retry/);
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

describe("a release that the controller has finished", () => {
  const ended = { ...pausedCanary, ...healthy };

  test("is noted in the stack's file by the next up, with the image before it", async () => {
    const { lab, log, file } = fakeRollout(ended);
    const said: string[] = [];
    const { config } = (await rolloutCanary.noteFinished?.(lab, (line) => said.push(line))) ?? lab;
    expect(config).toMatchObject({ stableImage: "versioned-echo:v2", canaryEnabled: false });
    expect(file()).toMatch(/previousImage: versioned-echo:v1/);
    expect(said).toEqual([expect.stringMatching(/^Released: versioned-echo:v2/)]);
    expect(log).toEqual([]);
  });

  test.each<[string, Parameters<typeof fakeRollout>]>([
    ["goes on", [pausedCanary]],
    ["is aborted", [{ ...pausedCanary, ...aborted }]],
    ["is of another image than the config's", [ended, undefined, { changes: { canaryImage: "versioned-echo:v3" } }]],
    ["is not wanted any more", [ended, undefined, { changes: { canaryEnabled: false } }]],
  ])("is not noted where it %s", async (_case, args) => {
    const { lab, file } = fakeRollout(...args);
    const before = file();
    expect(await rolloutCanary.noteFinished?.(lab, quiet)).toBe(lab);
    expect(file()).toBe(before);
  });

  test("is told by status, with what writes it to the config", async () => {
    const { release } = await readStatus(fakeRollout(ended).lab, rolloutCanary);
    expect(release?.line).toMatch(/^Healthy.*a canary still[\s\S]*promote --full/);
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
  await expect(rolloutCanary.deleteCanary(fakeRollout(pausedCanary).lab, quiet)).rejects.toThrow(/still has 20 %/);
  const { lab, log } = fakeRollout({ ...pausedCanary, ...aborted });
  expect(await rolloutCanary.deleteCanary(lab, quiet)).toBe("The canary is removed.");
  expect(log).toEqual(["update"]);
});

test("set-traffic and undo are refused, with what to run", async () => {
  const { lab } = fakeRollout(pausedCanary);
  await expect(rolloutCanary.setTraffic(lab, quiet)).rejects.toMatchObject({ next: expect.stringMatching(/promote/) });
  await expect(rolloutBlueGreen.undo(lab, quiet)).rejects.toMatchObject({ next: "npx canaryctl rollback" });
});
