import { expect, test } from "@jest/globals";
import { embeddedSettings, extraAddOns } from "../../../cluster/embedded.ts";

test("the environment may ask for more add-ons", () => {
  expect(extraAddOns({})).toEqual([]);
  expect(extraAddOns({ CANARY_LAB_ADD_ONS: " istioctl  monitoring " })).toEqual(["istioctl", "monitoring"]);
});

test("a name that is no add-on is refused, with those that are", () => {
  expect(() => extraAddOns({ CANARY_LAB_ADD_ONS: "istioctl linkerd" })).toThrow(/"linkerd" is no add-on/);
});

test("the environment may name the network, and the commands that errors name keep it; empty counts as not set", () => {
  for (const environment of [{}, { CANARY_LAB_NETWORK: "" }]) {
    expect(embeddedSettings(environment).network).toBeUndefined();
    expect(embeddedSettings(environment).commands.up).toBe("npx canaryctl up");
  }
  const { network, commands } = embeddedSettings({ CANARY_LAB_NETWORK: "10.200.0.0/15" });
  expect(network).toBe("10.200.0.0/15");
  expect(commands.up).toBe("CANARY_LAB_NETWORK=10.200.0.0/15 npx canaryctl up");
  expect(commands.upIn?.("172.20.0.0/16")).toBe("CANARY_LAB_NETWORK=172.20.0.0/16 npx canaryctl up");
});
