import { afterEach, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { programGate } from "../../../../stacks/live/program-gate.ts";
import { targetedVariable, updateVariable } from "../../../../stacks/live/targeted.ts";
import { ownFacts } from "../../../../stacks/platform-facts.ts";
import { sampleConfig } from "../sample-config.ts";

afterEach(() => {
  for (const name of [targetedVariable, updateVariable]) delete process.env[name];
});

/** The gate of an update, by whom it is made. */
function gateOf(changes: Partial<LabConfig>, ...variables: readonly string[]) {
  for (const name of variables) process.env[name] = "true";
  const config: LabConfig = { ...sampleConfig, monitoring: true, ...changes };
  return programGate({ client: {} as never, config, platform: ownFacts(config, "dev") });
}

test.each(["istio", "gateway-api", "replica-ratio"] as const)(
  "with %s an update by pulumi and by canaryctl up asks the judge; a move by canaryctl was asked about before",
  (strategy) => {
    expect(gateOf({ strategy })).toBeDefined();
    expect(gateOf({ strategy }, updateVariable)).toBeDefined();
    expect(gateOf({ strategy }, updateVariable, targetedVariable)).toBeUndefined();
  },
);

test.each([
  ["a strategy whose controller takes the steps", { strategy: "rolling-update" }],
  ["no monitoring", { strategy: "replica-ratio", monitoring: false }],
  ["gate none", { strategy: "replica-ratio", gate: "none" }],
] as const)("with %s nobody is asked", (_case, changes) => {
  expect(gateOf(changes)).toBeUndefined();
});

test("an override lets each rise pass, and is noted where canaryctl keeps none itself", async () => {
  const changes = { strategy: "replica-ratio", judgeOverride: "the old version leaks" } as const;
  const gate = gateOf(changes);
  expect(await gate?.faultOf({ from: 25, to: 50 })).toBeUndefined();
  expect(gate?.note).toBeDefined();
  expect(gateOf(changes, updateVariable)?.note).toBeUndefined();
});
