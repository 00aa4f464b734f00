import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { actions, Job, scriptsIn, scriptWith } from "./scripts.ts";

const jobs: Job[] = [];
const job = (tools?: Readonly<Record<string, string>>): Job => {
  const one = new Job(tools);
  jobs.push(one);
  return one;
};
afterEach(() => {
  for (const one of jobs.splice(0)) one.remove();
});

const workflows = readdirSync(join(import.meta.dirname, "../../../.github/workflows")).map(
  (name) => `.github/workflows/${name}`,
);

test.each([...workflows, ...actions])("every script of %s is one for bash", (file) => {
  for (const script of scriptsIn(file))
    expect(spawnSync("bash", ["-n", "-c", script], { encoding: "utf8" }).stderr).toBe("");
});

describe("the action takes the stacks' files from the repository that uses it", () => {
  const copy = scriptWith("action.yml", "Pulumi.$stack.yaml");

  test("and not those of its own where there are none: it ends, and names both inputs", () => {
    const one = job();
    one.write("action/Pulumi.dev.yaml", "of the action");
    one.write("config/Pulumi.dev.yaml", "of the caller");
    one.write("action/Pulumi.prod.yaml", "of the action");
    const { code, stdout } = one.run(copy, { STACKS: "dev prod", FOLDER: "config", HERE: "action" });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^::error title=No file of stack prod::There is no config\/Pulumi\.prod\.yaml .*'config'.*'stacks'/,
    );
    expect(one.read("action/Pulumi.dev.yaml")).toBe("of the caller");
  });

  test("also where it is the action's own repository", () => {
    const one = job();
    one.write("Pulumi.dev.yaml", "its own");
    expect(one.run(copy, { STACKS: "dev", FOLDER: ".", HERE: one.folder })).toMatchObject({ code: 0, stdout: "" });
    expect(one.read("Pulumi.dev.yaml")).toBe("its own");
  });
});

const kubeconfig = [
  "users:",
  "- name: me",
  "  user:",
  "    client-key-data: a2V5LWRhdGE=",
  '    token: "the-token"',
  "    password: 'pass-word'",
].join("\n");

describe("the action's preview", () => {
  const preview = scriptWith("action.yml", "canaryctl preview");
  const npx = 'echo "$KUBECONFIG" >kubeconfig-path; echo "the text"; exit "$END"';

  test.each(["0", "1", "3"])("notes its exit code %s for the step that ends with it, and shows its text", (END) => {
    const one = job({ npx });
    const { code, stdout } = one.run(preview, { STACKS: "dev prod", CONFIG: kubeconfig, END });
    expect(code).toBe(0);
    expect(one.read("output")).toBe(`code=${END}\n`);
    expect(one.read("summary")).toBe("the text\n");
    expect(one.calls).toEqual(["npx canaryctl preview --markdown --stack dev --stack prod"]);
    expect(one.read("kubeconfig-path").trim()).toBe(one.path("kubeconfig"));
    expect(one.read("kubeconfig")).toBe(`${kubeconfig}\n`);
    expect(statSync(one.path("kubeconfig")).mode & 0o777).toBe(0o600);
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      "::add-mask::a2V5LWRhdGE=",
      "::add-mask::the-token",
      "::add-mask::pass-word",
    ]);
  });

  test("takes the KUBECONFIG of the environment where it is given none", () => {
    const one = job({ npx });
    expect(one.run(preview, { STACKS: "dev", CONFIG: "", KUBECONFIG: "/theirs", END: "0" }).code).toBe(0);
    expect(one.read("kubeconfig-path").trim()).toBe("/theirs");
  });

  test("is commented also where it was refused, and the job ends as it did", () => {
    const one = job({ npx: "true" });
    expect(one.run(scriptWith("action.yml", "canaryctl comment"), { CODE: "3", GITHUB_TOKEN: "hidden" }).code).toBe(3);
    expect(one.calls).toEqual([`npx canaryctl comment ${one.path("preview.md")}`]);
  });
});

test("a job's kubeconfig and context are in its environment, with what is secret in it masked", () => {
  const one = job();
  const { code, stdout } = one.run(scriptWith(".github/actions/prepare/action.yml", "GITHUB_ENV"), {
    CONFIG: kubeconfig,
    CONTEXT: "mine",
  });
  expect(code).toBe(0);
  expect(one.read("env")).toBe(`KUBECONFIG=${one.path("kubeconfig")}\nCANARY_LAB_KUBE_CONTEXT=mine\n`);
  expect(statSync(one.path("kubeconfig")).mode & 0o777).toBe(0o600);
  expect(stdout).toBe("::add-mask::a2V5LWRhdGE=\n::add-mask::the-token\n::add-mask::pass-word\n");
});

test("a fork's pull request is told why there is no preview", () => {
  const one = job();
  const { stdout } = one.run(scriptWith(".github/workflows/preview.yml", "Not previewed"));
  expect(stdout).toMatch(/^::notice title=No preview::Not previewed: a pull request from a fork gets no secrets/);
  expect(one.read("summary")).toMatch(/^Not previewed: .* says nothing of the change/);
});

describe("the nightly comparison keeps one issue", () => {
  const drift = scriptWith(".github/workflows/drift.yml", "canaryctl preview");
  test.each([
    ["0", "", undefined, 0],
    ["0", "7", /^gh issue close 7 /, 0],
    ["2", "", /^gh issue create --title It differs --body-file drift\.md$/, 0],
    ["2", "7", /^gh issue edit 7 --body-file drift\.md$/, 0],
    ["1", "7", undefined, 1],
    ["3", "", undefined, 3],
  ])("exit code %s, with the issue %j open", (END, open, call, ends) => {
    const one = job({ npx: `echo "the text"; exit ${END}`, gh: `if [ "$2" = list ]; then echo "${open}"; fi` });
    expect(one.run(drift, { TITLE: "It differs" }).code).toBe(ends);
    const [, list, ...more] = one.calls;
    expect(list).toMatch(/^gh issue list /);
    expect(more).toEqual(call === undefined ? [] : [expect.stringMatching(call)]);
    expect(one.read("summary")).toBe("the text\n");
  });
});

describe("what a promotion noted in the stack's file", () => {
  const push = scriptWith(".github/workflows/promote.yml", "git push");
  const variables = { TO: "staging", FROM: "dev", BRANCH: "main" };

  test("is pushed as a commit that says where it comes from", () => {
    const one = job({ gh: "true", git: 'if [ "$1" = diff ]; then exit 1; fi' });
    expect(one.run(push, variables).code).toBe(0);
    expect(one.calls.slice(1)).toEqual([
      "git commit -m Promote what runs in dev to staging -- Pulumi.staging.yaml",
      "gh auth setup-git",
      "git pull --rebase origin main",
      "git push origin HEAD:main",
    ]);
  });

  test("is nothing where the file is as it was", () => {
    const one = job({ git: "true" });
    expect(one.run(push, variables).code).toBe(0);
    expect(one.calls).toEqual(["git diff --quiet -- Pulumi.staging.yaml"]);
  });

  test("fails the job where it cannot be put on top of what is there", () => {
    const one = job({ gh: "true", git: 'if [ "$1" = diff ] || [ "$1" = pull ]; then exit 1; fi' });
    expect(one.run(push, variables).code).toBe(1);
    expect(one.calls.at(-1)).toMatch(/^git pull/);
  });
});
