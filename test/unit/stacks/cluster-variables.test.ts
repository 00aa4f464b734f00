import { describe, expect, test } from "@jest/globals";
import { clusterVariables } from "../../../stacks/cluster-variables.ts";
import type { LabRecords } from "../../../stacks/lab-records.ts";
import { printedVariable, searchPathVariable } from "../../../stacks/stack-environment.ts";

const cluster = (name: string) => ({
  target: "existing" as const,
  reason: "a test",
  kubeconfig: `/kube/${name}`,
  kubeContext: name,
  imageRegistry: `${name}:5000`,
  path: [],
  variables: {},
});
const own = { ...cluster("lab"), target: "kind" as const, chartMirror: "/charts" };

const none: LabRecords = { own: undefined, stacks: {} };
const two: LabRecords = {
  own: undefined,
  stacks: { dev: { environment: cluster("dev") }, prod: { environment: cluster("prod") } },
};

/** A shell as `canaryctl env` of stack dev left it. */
const shellOfDev = {
  [printedVariable]: "dev",
  [searchPathVariable]: "/home/me/kube",
  CANARY_LAB_KUBE_CONTEXT: "dev",
  CANARY_LAB_KUBECONFIG: "/kube/dev",
  CANARY_LAB_IMAGE_REGISTRY: "dev:5000",
  CANARY_LAB_CHART_MIRROR: "/charts-of-dev",
  KUBECONFIG: "/kube/dev",
  HOME: "/home/me",
};

type Given = Parameters<typeof clusterVariables>;

const placeOf = (stack: Given[0], config: Given[1], variables: Given[2], records: Given[3], exists = () => true) => {
  const found = clusterVariables(stack, config, variables, records, exists);
  const { CANARY_LAB_KUBE_CONTEXT: context, CANARY_LAB_KUBECONFIG: file, ...rest } = found;
  return [context, file, rest.CANARY_LAB_IMAGE_REGISTRY, rest.CANARY_LAB_CHART_MIRROR, rest.KUBECONFIG];
};

describe("the program's cluster", () => {
  test("is that of its stack's last `up`, whichever stack the shell is prepared for", () => {
    const prod = ["prod", "/kube/prod", "prod:5000", undefined, "/home/me/kube"];
    expect(placeOf("prod", {}, shellOfDev, two)).toEqual(prod);
    expect(placeOf("prod", { kubeContext: "prod" }, shellOfDev, two)).toEqual(prod);
    expect(placeOf("dev", {}, shellOfDev, two)).toEqual([
      "dev",
      "/kube/dev",
      "dev:5000",
      "/charts-of-dev",
      "/kube/dev",
    ]);
  });

  test("is that of its last `up`, where the shell is from before it", () => {
    const moved = { own: undefined, stacks: { dev: { environment: cluster("other") } } };
    expect(placeOf("dev", {}, shellOfDev, moved).slice(0, 3)).toEqual(["other", "/kube/other", "other:5000"]);
    const { imageRegistry: _, ...kind } = own;
    expect(placeOf("dev", {}, shellOfDev, { own: kind, stacks: {} }).slice(0, 3)).toEqual(["lab", "/kube/lab", ""]);
  });

  test("is the one that the lab made, for a stack that no `up` has put anywhere", () => {
    const shared = { own, stacks: { dev: {} } };
    for (const stack of ["dev", "staging"])
      expect(placeOf(stack, {}, { ...shellOfDev, [printedVariable]: "dev" }, shared).slice(0, 4)).toEqual([
        "lab",
        "/kube/lab",
        "lab:5000",
        "/charts",
      ]);
  });

  test("is the one that the user's own variables name, though the lab made another, as for canaryctl", () => {
    const ci = { CANARY_LAB_KUBE_CONTEXT: "ci", CANARY_LAB_KUBECONFIG: "/kube/ci" };
    const records = { own, stacks: { dev: {} } };
    expect(placeOf("prod", {}, ci, records).slice(0, 2)).toEqual(["ci", "/kube/ci"]);
    expect(placeOf("prod", { kubeconfig: "/kube/ci" }, ci, records).slice(0, 2)).toEqual(["ci", "/kube/ci"]);
    // What an `up` noted of the stack goes before them.
    expect(placeOf("dev", {}, ci, records).slice(0, 2)).toEqual(["lab", "/kube/lab"]);
  });

  test("is found anew by its context where the noted kubeconfig has moved", () => {
    const moved = { CANARY_LAB_KUBE_CONTEXT: "prod", CANARY_LAB_KUBECONFIG: "/kube/moved" };
    expect(placeOf("prod", {}, moved, two).slice(0, 2)).toEqual(["prod", "/kube/moved"]);
    const gone = () => false;
    expect(placeOf("prod", {}, { KUBECONFIG: "/kube/moved" }, two, gone).slice(0, 2)).toEqual(["prod", undefined]);
    expect(placeOf("staging", {}, {}, { own, stacks: {} }, gone)[3]).toBeUndefined();
  });

  test("is the one that the config names, in the kubeconfig that the user has, though the lab made another", () => {
    const records = { own, stacks: { dev: {} } };
    expect(placeOf("prod", { kubeContext: "prod" }, shellOfDev, records)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "/home/me/kube",
    ]);
  });

  test("is the one that the variables name, on a runner; also those that are printed for its own stack", () => {
    const { [printedVariable]: _, ...ofRunner } = shellOfDev;
    expect(clusterVariables("prod", {}, ofRunner, none)).toEqual(ofRunner);
    expect(clusterVariables("dev", {}, shellOfDev, none)).toEqual(shellOfDev);
    const full = { ...shellOfDev, [printedVariable]: "organization/canary-lab/dev" };
    expect(clusterVariables("dev", {}, full, none)).toEqual(full);
  });

  test("is not known where another stack's variables alone name one: both stacks are named", () => {
    expect(() => clusterVariables("prod", {}, shellOfDev, none)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/cluster of stack prod is not known: .* those of stack dev/),
        next: "npx canaryctl up",
      }),
    );
  });

  test("is refused where the config names another than the last `up`", () => {
    expect(() => clusterVariables("prod", { kubeContext: "dev" }, {}, two)).toThrow(
      /Stack prod is about another cluster than the last `up`: its kubeContext is "dev"/,
    );
  });
});
