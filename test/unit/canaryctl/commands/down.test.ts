import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { otherStacks } from "../../../../canaryctl/src/commands/down.ts";
import { loadEnvironment, saveEnvironment } from "../../../../canaryctl/src/environment-file.ts";
import { fakeLab } from "../fake-lab.ts";

const { environment } = fakeLab().lab;

describe("down", () => {
  const existing = { ...environment, target: "existing", stacks: ["staging", "prod"] } as const;

  test("of a stack that is not in the user's own cluster is refused, with those that are", () => {
    const refused = () => otherStacks(existing, "dev");
    expect(refused).toThrow(/Stack dev is not in the cluster/);
    expect(refused).toThrow(
      expect.objectContaining({ allowed: "staging, prod", next: "npx canaryctl --stack staging down" }),
    );
  });

  test("of one of several stacks leaves the others known", () => {
    expect(otherStacks(existing, "staging")).toEqual(["prod"]);
    expect(otherStacks({ ...existing, stacks: ["prod"] }, "prod")).toEqual([]);
  });

  test("takes a cluster that the lab made with whatever is in it", () => {
    expect(otherStacks({ ...existing, target: "embedded" }, "dev")).toEqual([]);
    expect(otherStacks({ ...existing, target: "kind" }, "staging")).toEqual([]);
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
