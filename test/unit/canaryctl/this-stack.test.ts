import { withNext } from "@canary-lab/kit/user-error";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { TargetName } from "../../../cluster/target.ts";
import { leaveEnvironment, takeOwnCheckout } from "./own-checkout.ts";

takeOwnCheckout({ dev: "config: {}\n" });
const { noteStack } = await import("../../../stacks/lab-records.ts");
const { printable, printFor } = await import("../../../canaryctl/src/this-stack.ts");

const variables = { ...process.env };
beforeAll(() => {
  leaveEnvironment();
  printFor("dev");
});
afterAll(() => {
  process.env = variables;
});

const pods = withNext("What.", "kubectl get pods");
const inEnvironment = withNext("What.", 'eval "$(npx canaryctl env)" && kubectl get pods');

test("a command by kubectl is printed as it is while there is no cluster that it could be about", () => {
  expect(printable(pods)).toBe(pods);
});

test.each<TargetName>(["existing", "kind"])("it brings the way to the cluster: %s", (target) => {
  noteStack("dev", { target, reason: "", kubeconfig: "/k", kubeContext: "theirs", path: [], variables: {} });
  expect(printable(pods)).toBe(inEnvironment);
  process.env.CANARY_LAB_ENV = "dev";
  expect(printable(pods)).toBe(pods);
  delete process.env.CANARY_LAB_ENV;
});
