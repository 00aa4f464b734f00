import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { LabRecords } from "../../../canaryctl/src/lab-records.ts";
import { environmentOf, printedVariable, withVariables } from "../../../canaryctl/src/stack-environment.ts";
import { fakeLab } from "./fake-lab.ts";

const kubeconfig = join(mkdtempSync(join(tmpdir(), "kube-")), "config");
writeFileSync(
  kubeconfig,
  JSON.stringify({
    contexts: ["prod", "ci"].map((name) => ({ name, context: { cluster: "c", user: "u" } })),
    clusters: [{ name: "c" }],
    users: [{ name: "u" }],
  }),
);

const own = fakeLab().lab.environment;
const nothing: LabRecords = { own: undefined, stacks: {} };
const ofLab: LabRecords = { own, stacks: { dev: {} } };
const variables = { KUBECONFIG: kubeconfig, CANARY_LAB_KUBE_CONTEXT: "ci", CANARY_LAB_IMAGE_REGISTRY: "r:5000" };

describe("the cluster of a stack", () => {
  test.each([
    ["what its `up` noted", "dev", { kubeContext: "prod" }, ofLab, "canary-lab"],
    ["its config, though the lab made another cluster here", "prod", { kubeContext: "prod" }, ofLab, "prod"],
    ["the one that the lab made here", "staging", {}, ofLab, "canary-lab"],
    ["its config, in a fresh checkout", "prod", { kubeContext: "prod" }, nothing, "prod"],
    ["the environment, in a fresh checkout", "prod", {}, nothing, "ci"],
  ])("is %s", (_case, stack, config, records, context) => {
    expect(environmentOf(stack, config, records, variables)?.kubeContext).toBe(context);
  });

  test("is not known where nothing names one", () => {
    expect(environmentOf("prod", {}, nothing, { KUBECONFIG: kubeconfig })).toBeUndefined();
    expect(environmentOf("prod", {}, nothing, { ...variables, CANARY_LAB_KUBE_CONTEXT: "" })).toBeUndefined();
  });

  test("is never what `canaryctl env` printed for another stack", () => {
    const printed = { ...variables, [printedVariable]: "prod" };
    expect(environmentOf("dev", {}, nothing, printed)).toBeUndefined();
    expect(withVariables({}, printed)).toEqual({});
  });

  test("comes with the registry that the environment names, where the config names none", () => {
    expect(environmentOf("prod", { kubeContext: "prod" }, nothing, variables)).toMatchObject({
      target: "existing",
      kubeconfig,
      imageRegistry: "r:5000",
    });
    expect(withVariables({ imageRegistry: "own" }, variables)).toEqual({ kubeContext: "ci", imageRegistry: "own" });
  });
});
