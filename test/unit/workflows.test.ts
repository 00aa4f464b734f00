import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { engineRelease } from "@canary-lab/pulumi-plugins/engine-recipe";
import { engineVersion } from "@canary-lab/pulumi-plugins/versions";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const workflows = readdirSync(join(root, ".github/workflows")).map((name) => `.github/workflows/${name}`);
const files = [...workflows, ".github/actions/prepare/action.yml", "action.yml", "docs/gitlab-ci.yml"];
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

const commands = (() => {
  const { stdout } = spawnSync(process.execPath, [join(root, "canaryctl/bin/canaryctl.mjs"), "--help"], {
    encoding: "utf8",
  });
  return [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
})();

test.each(files)(
  "%s: actions are pinned by digest, commands and the engine's version are those that there are",
  (file) => {
    const text = textOf(file);
    for (const [, action = ""] of text.matchAll(/uses: (\S+)/g))
      expect(action).toMatch(/^(\.\/\S*|[\w-]+\/[\w-]+@[0-9a-f]{40})$/);
    for (const [, command] of text.matchAll(/npx canaryctl (?:--stack "\$\w+" )?([a-z-]+)/g))
      expect(commands).toContain(command);
    for (const [version] of text.matchAll(/(?<=pulumi-version: |pulumi-v)\d+\.\d+\.\d+/g))
      expect(version).toBe(engineVersion);
  },
);

test.each(workflows)(
  "%s: may read and no more but where a job says so, and puts no expression into a script",
  (file) => {
    const { permissions, on, jobs } = parse(textOf(file));
    expect(permissions).toEqual({ contents: "read" });
    expect(JSON.stringify(on)).not.toContain("pull_request_target"); // it would give a fork the secrets
    for (const { steps = [] } of Object.values<{ steps?: { run?: string }[] }>(jobs))
      for (const { run = "" } of steps) expect(run).not.toContain("${{");
  },
);

test.each([
  ["up", "stack"],
  ["promote", "to"],
])("%s waits for approval, and for the others of its stack, and is not cut off by them", (name, input) => {
  const { jobs } = parse(textOf(`.github/workflows/${name}.yml`));
  const stack = `\${{ inputs.${input} }}`;
  expect(jobs[name].environment).toBe(stack);
  expect(jobs[name].concurrency).toEqual({ group: `stack-${stack}`, "cancel-in-progress": false });
});

test("what is merged is put up in dev, and the digest that runs there goes from stack to stack, on GitLab too", () => {
  const { jobs } = parse(textOf(".github/workflows/deploy.yml"));
  expect(jobs.dev).toMatchObject({ uses: "./.github/workflows/up.yml", with: { stack: "dev" } });
  const lab = parse(textOf("docs/gitlab-ci.yml"));
  expect(lab.dev.script).toContainEqual(expect.stringMatching(/ up$/));
  const chain = [
    ["dev", "staging"],
    ["staging", "prod"],
  ] as const;
  for (const [from, to] of chain) {
    expect(jobs[to]).toMatchObject({ needs: from, uses: "./.github/workflows/promote.yml", with: { from, to } });
    expect(lab[to]).toMatchObject({ extends: ".promote", environment: to, variables: { FROM: from, STACK: to } });
    expect(lab[to].rules).toEqual([expect.objectContaining({ when: "manual" })]);
  }
  expect(lab[".promote"].script.join("\n")).toContain('npx canaryctl stack promote "$FROM" "$STACK"');
});

test("GitLab's engine is checked against the sum that this repository has", () => {
  expect(textOf("docs/gitlab-ci.yml")).toContain(`${engineRelease("linux").sha256.x64}  pulumi.tar.gz`);
});

test("no job writes into a stack's file which cluster it is in: it is told by the environment", () => {
  for (const file of files) expect(textOf(file)).not.toMatch(/config set/);
  expect(textOf(".github/actions/prepare/action.yml")).toContain("CANARY_LAB_KUBE_CONTEXT=$CONTEXT");
});

/** The steps of a workflow's jobs, or of an action, each with the variables that it has of its own and of its job. */
function stepsOf(file: string): readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[] {
  const { jobs = {}, runs } = parse(textOf(file));
  const owners = [...Object.values<{ env?: object; steps?: object[] }>(jobs), ...(runs ? [runs] : [])];
  return owners.flatMap(({ env = {}, steps = [] }) =>
    steps.map((step: { run?: string; env?: object }) => ({ run: step.run ?? "", env: { ...env, ...step.env } })),
  );
}

/** What a job may have as variables and no script of a package must see. */
const secrets = ["GITHUB_TOKEN", "GITLAB_TOKEN", "KUBECONFIG", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"];

test("packages are installed, and actions of others run, without any secret", () => {
  const installs = files.flatMap(stepsOf).filter(({ run }) => run.includes("npm ci"));
  expect(installs).toHaveLength(2);
  for (const { run, env } of installs) {
    expect(JSON.stringify(env)).not.toMatch(/secrets\.|kubeconfig|token/);
    expect(run).toMatch(/^env -u .* npm ci /);
  }
  for (const file of workflows)
    for (const { env = {} } of Object.values<{ env?: object }>(parse(textOf(file)).jobs))
      expect(JSON.stringify(env)).not.toContain("secrets.");
  for (const file of files.filter((file) => textOf(file).includes("npm ci")))
    for (const name of secrets) expect(/env (.*) npm ci/.exec(textOf(file))?.[1]).toContain(`-u ${name}`);
});

test("a token is in the environment of what needs it, and of nothing else", () => {
  for (const { run, env } of files.flatMap(stepsOf)) {
    if (!/github\.token|github-token/.test(JSON.stringify(env))) continue;
    expect(run).toMatch(/canaryctl comment|\bgh issue|git push/);
    expect(run).not.toMatch(/canaryctl (up|stack)|npm ci/);
  }
});

test("the comparison with main is one with main, and finds its issue by who wrote it", () => {
  const { jobs } = parse(textOf(".github/workflows/drift.yml"));
  expect(jobs.drift.steps[0].with).toMatchObject({ ref: "main" }); // a person may start it on any branch
  expect(stepsOf(".github/workflows/drift.yml").at(-1)?.run).toMatch(/gh issue list .*--app github-actions/);
  // Without an environment it would have none of the variables.
  const { drift } = parse(textOf("docs/gitlab-ci.yml"));
  expect(drift.environment).toEqual({ name: "preview", action: "verify" });
  expect(drift.rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }]);
});

test("a pull request from a fork reaches no job with secrets", () => {
  const { jobs } = parse(textOf(".github/workflows/preview.yml"));
  const isOwn = "github.event.pull_request.head.repo.full_name == github.repository";
  expect(jobs.preview.if).toBe(isOwn);
  expect(jobs.fork.if).toBe(isOwn.replace("==", "!="));
  expect(JSON.stringify(jobs.fork)).not.toContain("secrets.");
});

test("a merge request from a fork reaches GitLab's job without secrets, also where its pipeline runs in the fork", () => {
  const { preview, fork } = parse(textOf("docs/gitlab-ci.yml"));
  const ruleOf = (job: { readonly rules: readonly { readonly if: string }[] }) => job.rules.map((rule) => rule.if);
  const own =
    '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID';
  expect(ruleOf(preview)).toEqual([own]);
  expect(ruleOf(fork)).toEqual([own.replace(/==(?= \$CI_MERGE_REQUEST_PROJECT_ID)/, "!=")]);
  expect(fork.environment).toBeUndefined();
});
