import { beforeAll, expect, test } from "@jest/globals";
import { mustBeUp, setConfig, startingPoint } from "./support/configure.ts";
import { kubectl, requireLab } from "./support/lab.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

beforeAll(requireLab, 60_000);

test("monitoring and Rollouts go again by the config, and the lab goes on", async () => {
  await setConfig({ ...startingPoint, monitoring: undefined, rollouts: undefined });
  await mustBeUp();
  const namespaces = await kubectl("get", "namespaces", "-o", "name");
  expect(namespaces).not.toMatch(/namespace\/(monitoring|argo-rollouts)$/m);
  expect(splitFault(await sendLoad(sampleLoad), 10)).toBeUndefined();
}, 300_000);
