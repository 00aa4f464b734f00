import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { run } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { actionlint, toolFolder } from "./support/tools.ts";

// The linter of GitHub's workflows, on a copy of what GitHub reads. Without shellcheck, whichever the machine has.

const inRoot = (file: string) => join(repositoryRoot, file);
const checkout = mkdtempSync(join(tmpdir(), "workflows-"));
const workflows = join(checkout, ".github", "workflows");
const names = readdirSync(inRoot(".github/workflows"));
const actions = ["action.yml", ".github/actions/prepare/action.yml"];
let program: string;

/** What the linter says of workflows, by their names; nothing where they are right. */
async function findings(...files: readonly string[]): Promise<string> {
  const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", ...files.map((file) => join(workflows, file))];
  const { stdout, stderr, exitCode } = await run(program, args, { cwd: checkout, quiet: true });
  if (exitCode > 1) throw new Error(`actionlint ended with ${exitCode}: ${stderr}`);
  return stdout;
}

/** A workflow with the steps of a composite action, which the linter reads in workflows only. */
function workflowOf(action: string): string {
  const { inputs, runs } = parse(readFileSync(inRoot(action), "utf8"));
  const declared = Object.entries<{ default?: string }>(inputs).map(([name, { default: value }]) => [
    name,
    { type: "string", ...(value === undefined ? { required: true } : { default: value }) },
  ]);
  return JSON.stringify({
    on: { workflow_call: { inputs: Object.fromEntries(declared) } },
    permissions: {},
    jobs: { steps: { "runs-on": "ubuntu-latest", steps: runs.steps } },
  });
}

describePart("workflows", () => {
  beforeAll(async () => {
    program = join(await toolFolder(actionlint), "actionlint");
    cpSync(inRoot(".github"), join(checkout, ".github"), { recursive: true });
    cpSync(inRoot("action.yml"), join(checkout, "action.yml"));
    mkdirSync(join(checkout, ".git")); // it finds the root of a repository by it
  }, 600_000);

  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  test("there is nothing to say of the workflows, nor of what they pass to the actions of this repository", async () => {
    expect(await findings(...names)).toBe("");
  });

  test.each(actions)("nor of the steps of %s", async (action) => {
    writeFileSync(join(workflows, "steps.yml"), workflowOf(action));
    expect(await findings("steps.yml")).toBe("");
  });

  test.each([
    ["an input that an action does not have", "preview.yml", "stacks:", "stakcs:", /input "stakcs" is not defined/],
    [
      "a variable of a context that there is not",
      "up.yml",
      "inputs.stack }}",
      "input.stack }}",
      /undefined variable "input"/,
    ],
    [
      "a job that needs none that there is",
      "deploy.yml",
      "needs: dev",
      "needs: development",
      /"development" .* does not exist/,
    ],
  ])("%s is seen", async (_, name, right, wrong, finding) => {
    const text = readFileSync(join(workflows, name), "utf8");
    expect(text).toContain(right);
    writeFileSync(join(workflows, "wrong.yml"), text.replace(right, wrong));
    expect(await findings("wrong.yml")).toMatch(finding);
  });
});
