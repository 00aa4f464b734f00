import { expect, test } from "@jest/globals";
import { table } from "../../../canaryctl/src/print.ts";

test("a table's columns are as wide as they must be, and its lines have no trailing blanks", () => {
  expect(
    table([
      ["a", "bb", ""],
      ["ccc", "d", "e"],
    ]),
  ).toEqual(["  a    bb", "  ccc  d   e"]);
});
