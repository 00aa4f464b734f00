import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../../canaryctl/src/engine/engine.ts";
import { createCanary, deleteCanary } from "../../../../../canaryctl/src/strategies/weights/canary.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { fakeLab } from "../../fake-lab.ts";

const quiet = () => {};

describe("createCanary", () => {
  test("writes image and replicas, and no weight", async () => {
    const { lab, log, file } = fakeLab({
      configWeight: 0,
      changes: { canaryEnabled: true, canaryImage: "versioned-echo:v3", canaryReplicas: 1 },
    });
    await createCanary(lab, istioRoute, quiet);
    expect(log).toEqual(["update"]);
    expect(file()).toBe(`config:
  canary-lab:canaryWeight: "0"
  canary-lab:canaryEnabled: "true"
  canary-lab:canaryImage: versioned-echo:v3
  canary-lab:canaryReplicas: "1"
`);
  });

  test("leaves the file as it was where another update is in the way", async () => {
    const busy = () => Promise.reject(new EngineBusyError("Another update is running."));
    const { lab, file } = fakeLab({ changes: { canaryReplicas: 1 }, update: busy });
    const before = file();
    await expect(createCanary(lab, istioRoute, quiet)).rejects.toBeInstanceOf(EngineBusyError);
    expect(file()).toBe(before);
  });
});

describe("deleteCanary", () => {
  test("is refused while the config or the live route gives the canary traffic", async () => {
    for (const weights of [
      { configWeight: 10, liveWeight: 0 },
      { configWeight: 0, liveWeight: 10 },
    ]) {
      const { lab, log } = fakeLab(weights);
      await expect(deleteCanary(lab, istioRoute, quiet)).rejects.toThrow(/still gets 10 %/);
      expect(log).toEqual([]);
    }
  });

  test("removes a canary without traffic", async () => {
    const { lab, log, file } = fakeLab({ configWeight: 0 });
    await deleteCanary(lab, istioRoute, quiet);
    expect(log).toEqual(["update"]);
    expect(file()).toContain('canary-lab:canaryEnabled: "false"');
  });

  test("can be repeated", async () => {
    const { lab, log } = fakeLab({ configWeight: 0, canaryReady: undefined, changes: { canaryEnabled: false } });
    expect(await deleteCanary(lab, istioRoute, quiet)).toBe("There is no canary.");
    expect(log).toEqual([]);
  });
});
