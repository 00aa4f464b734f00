import { expect, test } from "@jest/globals";
import { tooSmall } from "../../../src/node/machine/sysctls.ts";

test.each([
  ["the kernel's default is raised", { a: "128" }, { a: "1024" }],
  ["what is enough stays", { a: "1024" }, {}],
  ["what the machine's owner made larger stays", { a: "8192" }, {}],
  ["what this kernel lacks is left out", {}, {}],
])("%s", (_case, present, set) => {
  expect(tooSmall({ a: "1024" }, present)).toEqual(set);
});
