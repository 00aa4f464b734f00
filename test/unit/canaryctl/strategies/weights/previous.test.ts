import { expect, test } from "@jest/globals";
import { toWeight } from "../../../../../canary/weight.ts";
import { weighted } from "../../../../../canaryctl/src/strategies/weights/weighted.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { fakeLab } from "../../fake-lab.ts";

const quiet = () => {};
const { rollback, promoteFully, createCanary } = weighted(istioRoute);

test("a release that ends keeps the image before it, and the next one that begins forgets it", async () => {
  const { lab, file } = fakeLab({ configWeight: 30 });
  await promoteFully(lab, quiet);
  expect(file()).toContain("previousImage: versioned-echo:v1");
  const weights = { canaryWeight: toWeight(0) };
  const next = { ...lab.config, ...weights, stableImage: "versioned-echo:v2", canaryImage: "versioned-echo:v3" };
  lab.stackFile.set({ canaryImage: "versioned-echo:v3" });
  await createCanary({ ...lab, config: { ...next, previousImage: "versioned-echo:v1" } }, quiet);
  expect(file()).toContain('previousImage: ""');
});

test("a rollback after it brings that image back as a release of its own, and no second rollback does", async () => {
  const changes = {
    stableImage: "versioned-echo:v2",
    previousImage: "versioned-echo:v1",
    canaryEnabled: false,
    replicas: 2,
  };
  const fake = fakeLab({ configWeight: 0, changes });
  fake.lab.stackFile.set(changes);
  expect(await rollback(fake.lab, quiet)).toMatch(/Rolled back: versioned-echo:v1 is the stable version again/);
  expect(fake.log).toEqual(["update", "apply 100", "update", "update", "apply 0", "update"]);
  expect(fake.file()).toMatch(/stableImage: versioned-echo:v1[\s\S]*previousImage: ""[\s\S]*canaryEnabled: "false"/);
});

test("a canary that has traffic goes first", async () => {
  const changes = { stableImage: "versioned-echo:v2", previousImage: "versioned-echo:v1", canaryEnabled: false };
  const { lab, log } = fakeLab({ configWeight: 0, liveWeight: 40, changes });
  expect(await rollback(lab, quiet)).toMatch(/Rolled back: 100\/0/);
  expect(log[0]).toBe("apply 0");
});
