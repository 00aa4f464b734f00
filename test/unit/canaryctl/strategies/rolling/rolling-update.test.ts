import { describe, expect, test } from "@jest/globals";
import { readStatus } from "../../../../../canaryctl/src/status.ts";
import { rollingUpdate } from "../../../../../canaryctl/src/strategies/rolling/rolling-update.ts";
import { fakeLab } from "../../fake-lab.ts";
import { fakeDeployment } from "./fake-deployment.ts";

const quiet = () => {};

describe("status of a rolling update", () => {
  test("the share is that of the ready pods, and the history is shown", async () => {
    const status = await readStatus(fakeDeployment(1).lab, rollingUpdate);
    expect(status).toMatchObject({
      owner: "deployment-controller",
      weights: { config: null, route: { stable: 50, canary: 50 } },
      release: { phase: "Progressing", revision: 2 },
      fault: null,
    });
    expect(status.release?.line).toMatch(/revision 2 \(v2\), 1 of 2 pods replaced; earlier revisions: 1 \(v1\)/);
  });

  test("one that does not get on is a fault", async () => {
    const status = await readStatus(fakeDeployment(1, { late: true }).lab, rollingUpdate);
    expect(status).toMatchObject({ release: { phase: "Degraded" }, fault: "Too late.\n  next:    npx canaryctl undo" });
  });

  test("one of which the controller does not know yet is none", async () => {
    const status = await readStatus(fakeDeployment(1, { late: true, observed: 1 }).lab, rollingUpdate);
    expect(status).toMatchObject({ release: { phase: "Progressing" }, fault: null });
  });

  test("one that is not there is a fault, too", async () => {
    const { lab } = fakeLab({ canaryReady: undefined, objects: {} });
    const cluster = { ...lab.cluster, get: async () => undefined };
    expect((await readStatus({ ...lab, cluster }, rollingUpdate)).fault).toMatch(/not deployed[\s\S]*canaryctl up/);
  });
});

describe("create-canary", () => {
  test("that was undone meanwhile says so, and does not wait for what will not come", async () => {
    const fake = fakeDeployment(1, { update: async () => fake.goBack() });
    const began = Date.now();
    await expect(rollingUpdate.createCanary(fake.lab, quiet)).rejects.toThrow(/Another command .* its pods run v1/);
    expect(Date.now() - began).toBeLessThan(2000);
  });
});

describe("promote", () => {
  test("--full writes a rolling update that is done to the config", async () => {
    const { lab, log, file } = fakeDeployment(2);
    expect(await rollingUpdate.promoteFully(lab, quiet)).toMatch(/versioned-echo:v2 is the stable version/);
    expect(log).toEqual(["update"]);
    expect(file()).toMatch(/stableImage: versioned-echo:v2[\s\S]*canaryEnabled: "false"/);
  });

  test("--full is refused before it is done; a stage there is none", async () => {
    const { lab, log } = fakeDeployment(1);
    await expect(rollingUpdate.promoteFully(lab, quiet)).rejects.toThrow(/is not done: Progressing/);
    await expect(rollingUpdate.promote(lab, quiet)).rejects.toThrow(/no stages/);
    await expect(rollingUpdate.setTraffic(lab, quiet)).rejects.toThrow(/follows the pods/);
    expect(log).toEqual([]);
  });

  test.each(["promote", "setTraffic", "abort"] as const)(
    "%s names a command that helps, with a release and without",
    async (verb) => {
      const next = (canaryEnabled: boolean) =>
        rollingUpdate[verb](fakeDeployment(2, { changes: { canaryEnabled } }).lab, quiet).catch(({ next }) => next);
      expect(await next(true)).toMatch(/promote --full$|undo$/);
      expect(await next(false)).toBe("npx canaryctl create-canary --image versioned-echo:v2");
    },
  );

  test("retry, which is for Rollouts, names an image that can be released", async () => {
    const { lab } = fakeDeployment(2, { changes: { stableImage: "versioned-echo:v2", canaryEnabled: false } });
    await expect(rollingUpdate.retry(lab, quiet)).rejects.toMatchObject({
      next: "npx canaryctl create-canary --image versioned-echo:v3",
    });
  });
});
