import { expect, test } from "@jest/globals";
import { listStacks } from "../../../../canaryctl/src/stack/list-stacks.ts";
import { StackFile } from "../../../../canaryctl/src/stack-file.ts";
import { NotUpError } from "../../../../stacks/lab-records.ts";
import { fakeLab, projectFolder } from "../fake-lab.ts";

/** Stacks, each in a cluster of its own, and what is asked of them: `dev` stands in the lab's cluster, where `gone` has only its Namespace. */
function checkout() {
  const asked = new Set<string>();
  const { lab } = fakeLab();
  const wayOf = (stack: string) => ({ ...lab.environment, kubeContext: stack === "dev" ? "own" : stack });
  const open = ({ stack }: { readonly stack: string }) => {
    if (stack === "nowhere") throw new NotUpError("The lab is not up.");
    const get: typeof lab.cluster.get = async () => void asked.add(`stack ${stack}`);
    const stackFile = new StackFile(stack, projectFolder("config: {}\n", stack));
    return { ...lab, stackFile, environment: wayOf(stack), cluster: { ...lab.cluster, get } };
  };
  const sources = {
    own: () => wayOf("dev"),
    known: () => ["dev", "staging", "prod", "nowhere"],
    inState: async () => [],
    open: [open],
    applications: async ({ kubeContext }: { readonly kubeContext: string }) => {
      asked.add(`cluster ${kubeContext}`);
      return kubeContext === "own" ? [{ stack: "organization/canary-lab/gone", namespace: "canary-lab-gone" }] : [];
    },
  };
  const list = async (named?: string) => {
    const entries = await listStacks(named, () => {}, sources);
    return { stacks: entries.map(({ stack }) => stack), asked: [...asked].sort() };
  };
  return list;
}

test("all stacks are read, and one that only a cluster knows", async () => {
  expect(await checkout()()).toEqual({
    stacks: ["dev", "gone", "nowhere", "prod", "staging"],
    asked: ["cluster own", "cluster prod", "cluster staging", "stack dev", "stack prod", "stack staging"],
  });
});

test.each(["prod", "organization/canary-lab/prod"])(
  "of one that is named (%s), nothing of another is read",
  async (named) => {
    expect(await checkout()(named)).toEqual({ stacks: ["prod"], asked: ["cluster prod", "stack prod"] });
  },
);

test("one that is named and in no cluster that is known of it is looked for in those of the others, which are not read", async () => {
  const clusters = ["cluster own", "cluster prod", "cluster staging"];
  expect(await checkout()("gone")).toEqual({ stacks: ["gone"], asked: clusters });
  expect(await checkout()("nowhere")).toEqual({ stacks: ["nowhere"], asked: clusters });
});
