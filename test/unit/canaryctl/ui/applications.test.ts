import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { leaveEnvironment, takeOwnCheckout } from "../own-checkout.ts";

takeOwnCheckout({ dev: "config:\n  canary-lab:app: shop\n  canary-lab:services:\n    orders: {}\n" });
const { applicationsOf } = await import("../../../../canaryctl/src/ui/applications.ts");
const { StackFile } = await import("../../../../canaryctl/src/stack-file.ts");

const variables = { ...process.env };
beforeAll(() => leaveEnvironment());
afterAll(() => {
  process.env = variables;
});

test("the applications of a stack are those of its file, as it is at this moment", () => {
  const file = new StackFile("dev");
  expect(applicationsOf(file)).toEqual({ own: "shop", services: ["orders"] });
  file.of("billing").set({ canaryWeight: 5 });
  expect(applicationsOf(file)).toEqual({ own: "shop", services: ["orders", "billing"] });
  writeFileSync(file.path, "config:\n  canary-lab:serv: {");
  expect(applicationsOf(file)).toEqual({ own: null, services: [] });
  expect(applicationsOf(new StackFile("gone"))).toEqual({ own: null, services: [] });
});
