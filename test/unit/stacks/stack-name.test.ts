import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { impliedStack, parseStackName, selectedStack } from "../../../stacks/stack-name.ts";

/** The engine's folder, after `pulumi stack select`. */
function homeWith(text: string): string {
  const home = mkdtempSync(join(tmpdir(), "pulumi-home-"));
  const hash = createHash("sha1").update(join(repositoryRoot, "Pulumi.yaml")).digest("hex");
  mkdirSync(join(home, "workspaces"));
  writeFileSync(join(home, "workspaces", `canary-lab-${hash}-workspace.json`), text);
  return home;
}
const home = homeWith('{ "stack": "organization/canary-lab/staging" }');

describe("the stack of a command that names none", () => {
  test.each([
    [{ PULUMI_STACK: "prod", PULUMI_HOME: home }, "prod"],
    [{ PULUMI_STACK: "", PULUMI_HOME: home }, "organization/canary-lab/staging"],
    [{ PULUMI_HOME: tmpdir() }, "dev"],
    [{ PULUMI_HOME: homeWith("{}") }, "dev"],
    [{ PULUMI_HOME: homeWith('{ "stack"') }, "dev"],
  ])("%j", (variables, stack) => expect(impliedStack(variables).reference).toBe(stack));

  test("is looked for in the engine's folder of the lab, where PULUMI_HOME is not set or empty", () => {
    expect(impliedStack({ PULUMI_HOME: "" }, home).reference).toBe("organization/canary-lab/staging");
    expect(impliedStack({ PULUMI_HOME: tmpdir() }, home).reference).toBe("dev");
  });

  test("that another folder's project has selected is none", () => {
    expect(selectedStack(home, "/elsewhere")).toBeUndefined();
  });
});

describe("parseStackName", () => {
  test("reads both forms", () => {
    expect(parseStackName("dev")).toEqual({ stack: "dev", reference: "dev" });
    expect(parseStackName("acme/canary-lab/pr_7.x")).toEqual({
      stack: "pr_7.x",
      organization: "acme",
      reference: "acme/canary-lab/pr_7.x",
    });
  });

  test.each(["", "a b", "../dev", "a/dev", "a/canary-lab/dev/x", "a//dev", "$(id)", "a'b", "x".repeat(101)])(
    "refuses %j",
    (name) => expect(() => parseStackName(name)).toThrow(/Invalid stack name/),
  );

  test("refuses another project's", () => {
    expect(() => parseStackName("acme/shop/dev")).toThrow("acme/shop/dev is a stack of project shop");
  });
});
