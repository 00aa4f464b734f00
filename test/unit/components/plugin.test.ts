import { expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { register } from "./mocks.ts";

const schema = JSON.stringify({
  version: "0.1.0",
  resources: { "canary-lab:index:Sides": { properties: { stableService: {}, canaryService: {} } } },
});
const inputs = { app: "shop", namespace: pulumi.output("shops"), toldApartBy: "version" };

test("the plugin makes a component for another language, and gives back the outputs of its schema", async () => {
  const given: unknown[] = [];
  const all = await register(async () => {
    const { ComponentsProvider } = await import("../../../components/plugin/provider.ts");
    const made = await new ComponentsProvider(schema).construct("sides", "canary-lab:index:Sides", inputs, {});
    const { stableService, canaryService, ...others } = made.state;
    expect(others).toEqual({});
    pulumi.all([stableService, canaryService, made.urn]).apply((outputs) => given.push(...outputs));
  });
  expect(given).toEqual(["shop-v1", "shop-v2", expect.stringMatching(/::sides$/)]);
  expect(all.get("sides-destination-rule")?.inputs.metadata.namespace).toBe("shops");
});

test("the plugin refuses a type that it does not have, with those that it has", async () => {
  const { ComponentsProvider } = await import("../../../components/plugin/provider.ts");
  const made = new ComponentsProvider(schema).construct("side", "canary-lab:index:Side", inputs, {});
  await expect(made).rejects.toThrow("Unknown type canary-lab:index:Side; allowed: canary-lab:index:Sides");
});
