import { beforeEach, expect, test } from "@jest/globals";
import { leaveEnvironment, takeOwnCheckout } from "./own-checkout.ts";

takeOwnCheckout({ dev: "config: {}\n" });
leaveEnvironment();
const { chooseStack } = await import("../../../canaryctl/src/choose-stack.ts");
const { forgetOwnCluster, forgetStacks, noteStack, noteTarget } = await import("../../../stacks/lab-records.ts");
const { buildProgram } = await import("../../../canaryctl/src/main.ts");

const kind = {
  target: "kind",
  reason: "",
  kubeconfig: "/k",
  kubeContext: "kind-canary-lab",
  path: [],
  variables: {},
} as const;

/** Whether the command, with `--stack pr-12`, which has no file and is in no state, is about a stack. */
async function choose(name: string): Promise<void> {
  const program = await buildProgram([name]);
  program.setOptionValue("stack", "pr-12");
  await chooseStack(
    program,
    program.commands.find((command) => command.name() === name) as (typeof program.commands)[0],
  );
}

beforeEach(() => {
  forgetStacks(["dev", "pr-12"]);
  forgetOwnCluster();
});

test("the cluster that a forgotten stack was alone in goes by the command that says so, which names that stack", async () => {
  await expect(choose("down")).rejects.toThrow("There is no stack pr-12");
  noteTarget("kind");
  await expect(choose("down")).resolves.toBeUndefined();
  noteStack("pr-12", kind);
  forgetStacks(["pr-12"]);
  await expect(choose("down")).resolves.toBeUndefined();
  await expect(choose("status")).rejects.toThrow("There is no stack pr-12");
});

test("while another stack is in the cluster, a name that is no stack's is refused", async () => {
  noteTarget("kind");
  noteStack("dev", kind);
  await expect(choose("down")).rejects.toThrow("There is no stack pr-12");
});
