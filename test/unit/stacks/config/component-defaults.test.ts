import { expect, test } from "@jest/globals";
import { rollingUpdateDefaults } from "../../../../components/rolling-update/render-rolling-update.ts";
import { rolloutCanaryDefaults } from "../../../../components/rollout/render-rollout-canary.ts";
import { rolloutBlueGreenDefaults } from "../../../../components/rollout/rollout-types.ts";
import { blueGreen, rollingUpdate, rolloutCanary } from "../../../../stacks/config/objects.ts";

test("a component's defaults are those of the config", () => {
  expect(rolloutCanary.parse({})).toEqual(rolloutCanaryDefaults);
  expect(blueGreen.parse({})).toMatchObject(rolloutBlueGreenDefaults);
  expect({ ...rollingUpdate.parse({}), replicasOwner: "pulumi" }).toEqual(rollingUpdateDefaults);
});
