import { expect, test } from "@jest/globals";
import { mustBeUp, startingPoint } from "./support/configure.ts";
import { kubectl } from "./support/lab.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

withStrategy(startingPoint);

test("monitoring and Rollouts go again by the config, and the lab goes on", async () => {
  editConfig({ monitoring: undefined, rollouts: undefined, objective: undefined, gate: undefined });
  await mustBeUp();
  const namespaces = await kubectl("get", "namespaces", "-o", "name");
  expect(namespaces).not.toMatch(/namespace\/(monitoring|argo-rollouts)$/m);
  expect(splitFault(await sendLoad(sampleLoad), 10)).toBeUndefined();
}, 300_000);
