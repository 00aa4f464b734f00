import { describe, expect, test } from "@jest/globals";
import { applyOnly, pendingText, withApplied, withRelease } from "../../../canaryctl/src/applied.ts";
import { changeOnly } from "../../../canaryctl/src/change-only.ts";
import { EngineBusyError } from "../../../canaryctl/src/engine/engine-failure.ts";
import { canonicalJson } from "../../../components/workload/render-application.ts";
import { appliedValues } from "../../../stacks/config/applied-config.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { fakeLab } from "./fake-lab.ts";

const quiet = { say: () => {} };

/** A lab whose file has `changes` behind what is applied. */
function pendingLab(changes: Record<string, string>) {
  const fake = fakeLab({ configWeight: 10, objects: {} });
  const text = canonicalJson(appliedValues(fake.lab.stackFile.values()));
  fake.lab.stackFile.set(changes);
  return { ...fake, lab: withApplied(fake.lab, text) };
}

describe("a command that moves the traffic", () => {
  test("goes by the applied config, and names each key that is pending with both values", () => {
    const { lab } = pendingLab({ replicas: "3", stickyCookie: "side" });
    expect(lab.config).toMatchObject({ replicas: 2, canaryWeight: 10 });
    expect(lab.config.stickyCookie).toBeUndefined();
    expect(pendingText(lab).split("\n")).toEqual([
      "Left alone: replicas is 2 in the cluster and 3 in Pulumi.dev.yaml.",
      "Left alone: stickyCookie is not set in the cluster and side in Pulumi.dev.yaml.",
      "  next:    npx canaryctl up",
    ]);
  });

  test("goes by the plan that its command line names, not by the one that is applied", () => {
    const fake = fakeLab({ configWeight: 10, objects: {} });
    const plan = parseConfig({ ...fake.lab.stackFile.values(), plan: "25" }).plan;
    const applied = withApplied({ ...fake.lab, plan }, canonicalJson(appliedValues(fake.lab.stackFile.values())));
    expect(applied.config.plan).toEqual(plan);
    expect(applied.applied?.pending).toEqual([]);
  });

  test("applies its own changes without what is pending, which stays in the file", async () => {
    const { lab, scopes, file } = pendingLab({ replicas: "3", canaryImage: "versioned-echo:v3" });
    const after = await applyOnly(lab, { canaryWeight: 30 }, { ...quiet, targets: ["**::route"] });
    expect(scopes).toHaveLength(1);
    expect(scopes[0]?.targets).toEqual(["**::route"]);
    expect(scopes[0]?.text).toMatch(/canary-lab:canaryImage: versioned-echo:v2/);
    expect(scopes[0]?.text).toMatch(/canary-lab:canaryWeight: "30"/);
    expect(scopes[0]?.text).toMatch(/canary-lab:replicas: "2"/);
    expect(file()).toMatch(/canaryWeight: "30"[\s\S]*replicas: "3"[\s\S]*canaryImage: versioned-echo:v3/);
    expect(after.applied?.pending.map(({ key }) => key)).toEqual(["canaryImage", "replicas"]);
  });

  test("says which pending value its own change replaces", async () => {
    const { lab } = pendingLab({ stableImage: "versioned-echo:v7" });
    const said: string[] = [];
    await applyOnly(lab, { stableImage: "versioned-echo:v2" }, { say: (line) => said.push(line) });
    expect(said).toEqual(["stableImage versioned-echo:v7 of Pulumi.dev.yaml is replaced."]);
  });

  test("waits once more where another update has begun since the stack was found free", async () => {
    const busy = [new EngineBusyError("Another update is running.")];
    const update = async () => {
      const error = busy.pop();
      if (error) throw error;
    };
    const { lab, log } = fakeLab({ update });
    await applyOnly(lab, { canaryWeight: 0 }, { ...quiet, waitSeconds: 10 });
    expect(log).toEqual(["update", "update"]);
  });

  test("uses the stack's own file where nothing is pending", async () => {
    const { lab, scopes } = pendingLab({ canaryWeight: "30" });
    await applyOnly(lab, { stableImage: "versioned-echo:v2" }, quiet);
    expect(scopes).toEqual([{}]);
  });

  test("is left to `up` where the last update was made by a program with other keys: part of the state cannot follow", async () => {
    const { lab, scopes } = pendingLab({});
    const { clientImage: _, ...before } = lab.applied?.values ?? {};
    const older = { ...lab, applied: { values: before, pending: [] } };
    await expect(applyOnly(older, { canaryWeight: 30 }, { ...quiet, targets: ["**::route"] })).rejects.toMatchObject({
      message: expect.stringContaining("without clientImage"),
      next: "npx canaryctl up",
    });
    expect(scopes).toEqual([]);
  });

  test("goes by the file where nothing, or nothing of this version, is noted", () => {
    const { lab } = fakeLab();
    for (const text of [undefined, "no JSON", '{"strategy":"one of before"}']) expect(withApplied(lab, text)).toBe(lab);
  });
});

describe("a command that begins a release", () => {
  const begun = () => {
    const fake = fakeLab({ configWeight: 0, changes: { canaryImage: "versioned-echo:v3" }, objects: {} });
    const text = canonicalJson(appliedValues(fake.lab.stackFile.values()));
    fake.lab.stackFile.set({ plan: "25", replicas: "3", canaryImage: "versioned-echo:v9" });
    const config = { ...fake.lab.config, plan: parseConfig({ plan: "25" }).plan };
    return { ...fake, ...withRelease({ ...fake.lab, config }, text) };
  };

  test("has its own canary, and takes along what the release is like: the rest stays pending", () => {
    const { lab, along } = begun();
    expect(lab.config).toMatchObject({ canaryImage: "versioned-echo:v3", replicas: 2 });
    expect(lab.config.plan).toEqual(parseConfig({ plan: "25" }).plan);
    expect(along).toEqual([{ key: "plan", applied: "10-30-60", wanted: "25" }]);
    expect(lab.applied?.pending.map(({ key }) => key)).toEqual(["canaryImage", "replicas"]);
  });

  test("applies that, and nothing else", async () => {
    const { lab, scopes } = begun();
    await changeOnly(lab, { canaryEnabled: true, canaryImage: "versioned-echo:v3" }, quiet);
    expect(scopes[0]?.text).toMatch(/canary-lab:plan: "25"/);
    expect(scopes[0]?.text).toMatch(/canary-lab:replicas: "2"/);
    expect(scopes[0]?.text).toMatch(/canary-lab:canaryImage: versioned-echo:v3/);
  });

  test("goes by the file where nothing is noted", () => {
    const { lab } = fakeLab();
    expect(withRelease(lab, undefined)).toEqual({ lab, along: [] });
  });
});

test("what is noted does not depend on how a file is written", () => {
  const one = appliedValues({ plan: { weights: [10, 30], bake: "1m" }, replicas: 2, canaryWeight: 10, migration: {} });
  const other = appliedValues({
    replicas: "2",
    plan: '{"bake":"1m","weights":[10,30]}',
    canaryWeight: 70,
    stickyCookie: "",
  });
  expect(one).toEqual(other);
});
