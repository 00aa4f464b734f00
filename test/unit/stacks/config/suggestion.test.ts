import { expect, test } from "@jest/globals";
import { nearest } from "../../../../stacks/config/suggestion.ts";

test.each([
  ["canaryWeigth", "canaryWeight"],
  ["weigth", "canaryWeight"],
  ["IMAGE", "canaryImage"],
  ["ap", "app"],
  ["foo", undefined],
  ["zzz", undefined],
  ["", undefined],
])("%j may have meant %j", (name, meant) => {
  expect(nearest(name, ["app", "canaryWeight", "canaryImage", "plan"])).toBe(meant);
});
