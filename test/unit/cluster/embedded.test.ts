import { expect, test } from "@jest/globals";
import { extraAddOns } from "../../../cluster/embedded.ts";

test("the environment may ask for more add-ons", () => {
  expect(extraAddOns({})).toEqual([]);
  expect(extraAddOns({ CANARY_LAB_ADD_ONS: " istioctl  monitoring " })).toEqual(["istioctl", "monitoring"]);
});

test("a name that is no add-on is refused, with those that are", () => {
  expect(() => extraAddOns({ CANARY_LAB_ADD_ONS: "istioctl linkerd" })).toThrow(/"linkerd" is no add-on/);
});
