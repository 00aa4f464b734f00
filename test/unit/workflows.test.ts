import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

test("every job that changes a stack waits for the others of that stack, and is not cut off by them", () => {
  const { jobs } = parse(textOf(".github/workflows/up.yml"));
  expect(jobs.up.concurrency).toEqual({ group: `stack-\${{ inputs.stack }}`, "cancel-in-progress": false });
});

test("a pull request from a fork reaches no job with secrets", () => {
  const { jobs } = parse(textOf(".github/workflows/preview.yml"));
  const isOwn = "github.event.pull_request.head.repo.full_name == github.repository";
  expect(jobs.preview.if).toBe(isOwn);
  expect(jobs.fork.if).toBe(isOwn.replace("==", "!="));
  expect(JSON.stringify(jobs.fork)).not.toContain("secrets.");
});
