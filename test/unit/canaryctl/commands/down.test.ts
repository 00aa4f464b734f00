import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { removeStack } from "../../../../canaryctl/src/commands/down.ts";
import { NoStackError } from "../../../../canaryctl/src/engine/engine.ts";
import { loadEnvironment, saveEnvironment } from "../../../../canaryctl/src/environment-file.ts";
import { fakeLab } from "../fake-lab.ts";

const { environment } = fakeLab().lab;

describe("removing a stack", () => {
  const { PULUMI_BACKEND_URL } = process.env;
  beforeAll(() => void Object.assign(process.env, { PULUMI_BACKEND_URL: "https://backend.example" }));
  afterAll(() => {
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
  });
  const progress: Progress = { stage: (_, work) => work(() => {}), say: () => {} };

  test.each([
    ["each resource", ["destroy", "removeStack"]],
    ["with the cluster", ["removeStack"]],
    ["forget", ["removeStack"]],
  ] as const)("%s", async (how, done) => {
    const { lab, log } = fakeLab();
    await removeStack(lab, progress, how);
    expect(log).toEqual(done);
  });

  test("that is not in the backend is no error", async () => {
    const { lab } = fakeLab();
    const engine = { ...lab.engine, removeStack: () => Promise.reject(new NoStackError("no stack named dev")) };
    await expect(removeStack({ ...lab, engine }, progress, "with the cluster")).resolves.toBeUndefined();
  });
});

test("the environment keeps its stacks, and one without any can be read", () => {
  const file = join(mkdtempSync(join(tmpdir(), "environment-")), "environment.json");
  expect(loadEnvironment(file)).toBeUndefined();
  saveEnvironment(environment, ["dev"], file);
  expect(loadEnvironment(file)).toEqual({ ...environment, stacks: ["dev"] });
  writeFileSync(file, JSON.stringify(environment));
  expect(loadEnvironment(file)?.stacks).toEqual([]);
});
