import { expect, test } from "@jest/globals";
import { errorsIn } from "../../../../canaryctl/src/engine/output.ts";

test("errorsIn keeps each message at the margin once", () => {
  const lines = [
    "warning: old",
    "error: no stack named 'x' found",
    "  error: part of a text",
    "error: no stack named 'x' found",
  ];
  expect(errorsIn(lines)).toEqual(["no stack named 'x' found"]);
});
