import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { clusterVariables } from "../../../stacks/cluster-variables.ts";
import type { LabRecords } from "../../../stacks/lab-records.ts";
import {
  asNamed,
  environmentOf,
  isForeignWay,
  notedWay,
  printedVariable,
  searchPathVariable,
  withKnownCluster,
  withVariables,
} from "../../../stacks/stack-environment.ts";
import { fakeLab } from "../canaryctl/fake-lab.ts";

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
    ["the environment, though the lab made another cluster here", "staging", {}, ofLab, "ci"],
    ["its config, in a fresh checkout", "prod", { kubeContext: "prod" }, nothing, "prod"],
    ["the environment, in a fresh checkout", "prod", {}, nothing, "ci"],
  ])("is %s", (_case, stack, config, records, context) => {
    expect(environmentOf(stack, config, records, variables)?.kubeContext).toBe(context);
  });

  test("is reached by the kubeconfig that the user's variables name for it, as the program reaches it", () => {
    const named = { CANARY_LAB_KUBE_CONTEXT: "canary-lab", CANARY_LAB_KUBECONFIG: "/mover" };
    const way = (config: object, given: Record<string, string>) =>
      environmentOf("dev", config, ofLab, given)?.kubeconfig;
    expect(way({}, named)).toBe("/mover");
    expect(clusterVariables("dev", {}, named, ofLab, () => true).CANARY_LAB_KUBECONFIG).toBe("/mover");
    // Another cluster, the stack's own key, or what `canaryctl env` printed: what its `up` noted.
    expect(way({}, { ...named, CANARY_LAB_KUBE_CONTEXT: "ci" })).toBe(own.kubeconfig);
    expect(way({ kubeconfig: "/own" }, named)).toBe(own.kubeconfig);
    expect(way({}, { ...named, [printedVariable]: "dev" })).toBe(own.kubeconfig);
    const shell = { [printedVariable]: "dev", KUBECONFIG: `/mine:${own.kubeconfig}` };
    expect(way({}, { ...named, ...shell })).toBe("/mover"); // set in a shell that `canaryctl env` has prepared
    expect(way({}, { ...named, ...shell, CANARY_LAB_KUBECONFIG: own.kubeconfig })).toBe(own.kubeconfig);
  });

  test("is asked what its account may where that is not the lab's own", () => {
    const named = { CANARY_LAB_KUBE_CONTEXT: own.kubeContext, CANARY_LAB_KUBECONFIG: "/updater" };
    expect(isForeignWay(own, own)).toBe(false);
    expect(isForeignWay(asNamed(own, {}, named), own)).toBe(true);
    expect(isForeignWay({ ...own, target: "existing" }, own)).toBe(true);
    expect(isForeignWay(own, undefined)).toBe(false); // its first `up` goes on
  });

  test("is the one that the lab made here, where nothing names another", () => {
    const printed = { ...variables, [printedVariable]: "dev" };
    for (const given of [{}, printed])
      expect(environmentOf("staging", {}, ofLab, given)?.kubeContext).toBe("canary-lab");
  });

  test("is not known where nothing names one", () => {
    expect(environmentOf("prod", {}, nothing, { KUBECONFIG: kubeconfig })).toBeUndefined();
    expect(environmentOf("prod", {}, nothing, { ...variables, CANARY_LAB_KUBE_CONTEXT: "" })).toBeUndefined();
  });

  test("is never what `canaryctl env` printed for another stack", () => {
    const printed = { ...variables, [printedVariable]: "prod" };
    expect(environmentOf("dev", {}, nothing, printed)).toBeUndefined();
    expect(withVariables("dev", {}, printed)).toEqual({});
    expect(environmentOf("prod", {}, nothing, printed)?.kubeContext).toBe("ci");
  });

  test("is looked for in the user's own kubeconfig, where `canaryctl env` named another stack's", () => {
    const printed = { [printedVariable]: "dev", CANARY_LAB_KUBECONFIG: "/of-dev", KUBECONFIG: "/of-dev" };
    const found = (more: object) =>
      environmentOf("prod", { kubeContext: "prod" }, nothing, { ...printed, ...more })?.kubeconfig;
    expect(found({ [searchPathVariable]: kubeconfig })).toBe(kubeconfig);
    expect(found({ KUBECONFIG: kubeconfig })).toBe(kubeconfig); // named since
  });

  test("comes with the registry that the environment names, where the config names none", () => {
    expect(environmentOf("prod", { kubeContext: "prod" }, nothing, variables)).toMatchObject({
      target: "existing",
      kubeconfig,
      imageRegistry: "r:5000",
    });
    expect(withVariables("prod", { imageRegistry: "own" }, variables)).toEqual({
      kubeContext: "ci",
      imageRegistry: "own",
    });
  });
});

describe("the cluster that an up goes on in", () => {
  const noted = {
    ...own,
    target: "existing",
    kubeContext: "ci",
    kubeconfig: "/noted",
    imageRegistry: "noted",
  } as const;

  test.each([
    [
      "is the one that its variables name, before the first",
      {},
      undefined,
      undefined,
      { kubeContext: "ci", imageRegistry: "r:5000" },
    ],
    [
      "is the one that its variables name, though the lab has made one",
      {},
      undefined,
      own,
      { kubeContext: "ci", imageRegistry: "r:5000" },
    ],
    ["is that of the lab, for a stack that is in it", {}, own, own, {}],
    [
      "is the noted one, found anew where the variables name its context",
      {},
      noted,
      undefined,
      { kubeContext: "ci", imageRegistry: "r:5000" },
    ],
    [
      "is the noted one, whatever the lab has made since",
      {},
      noted,
      own,
      { kubeContext: "ci", imageRegistry: "r:5000" },
    ],
    [
      "is the one of the config",
      { kubeContext: "prod" },
      noted,
      undefined,
      { kubeContext: "prod", imageRegistry: "r:5000" },
    ],
  ])("%s", (_case, config, recorded, ofMachine, known) => {
    expect(withKnownCluster("staging", config, recorded, ofMachine, variables)).toEqual(known);
  });

  test("is the one of the config with the variables' registry, though the lab has made another and the variables name no context", () => {
    const given = { CANARY_LAB_IMAGE_REGISTRY: "r:5000" };
    const known = { kubeContext: "prod", imageRegistry: "r:5000" };
    expect(withKnownCluster("prod", { kubeContext: "prod" }, undefined, own, given)).toEqual(known);
  });

  test("keeps the registry of the variables, and forgets that of the config with its key", () => {
    expect(notedWay(noted, {})).toEqual(noted);
    const { imageRegistry: _, ...way } = noted;
    const after = notedWay(noted, { imageRegistry: "noted" });
    expect(after).toEqual(way);
    expect(withKnownCluster("staging", {}, after, undefined, {})).not.toHaveProperty("imageRegistry");
    expect(notedWay({ ...own, imageRegistry: "r" }, { imageRegistry: "r" })).toHaveProperty("imageRegistry");
  });

  test("is that of the lab, where it has made one and nobody names another", () => {
    const printed = { ...variables, [printedVariable]: "staging" };
    for (const given of [{}, printed]) expect(withKnownCluster("staging", {}, undefined, own, given)).toEqual({});
  });

  test.each([
    ["nothing", {}],
    ["another context", { ...variables, CANARY_LAB_KUBE_CONTEXT: "another" }],
    ["what `canaryctl env` printed", { ...variables, [printedVariable]: "prod" }],
  ])("is the noted one where the variables name %s", (_case, given) => {
    const { kubeContext, kubeconfig, imageRegistry } = noted;
    expect(withKnownCluster("staging", {}, noted, undefined, given)).toEqual({
      kubeContext,
      kubeconfig,
      imageRegistry,
    });
  });
});
