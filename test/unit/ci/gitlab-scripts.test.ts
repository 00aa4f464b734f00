import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type GitlabPart, gitlabJobs, gitlabScript, Job } from "./scripts.ts";

const jobs: Job[] = [];
const job = (tools?: Readonly<Record<string, string>>): Job => {
  const one = new Job(tools);
  jobs.push(one);
  return one;
};
afterEach(() => {
  for (const one of jobs.splice(0)) one.remove();
});

const must = (name: string, part?: GitlabPart): string => {
  const script = gitlabScript(name, part);
  if (script === undefined) throw new Error(`Job ${name} has no such script.`);
  return script;
};

test("every script is one for bash", () => {
  const parts = ["before_script", "script", "after_script"] as const;
  const scripts = gitlabJobs().flatMap((name) => parts.flatMap((part) => gitlabScript(name, part) ?? []));
  expect(scripts.length).toBeGreaterThanOrEqual(7);
  for (const script of scripts) expect(spawnSync("bash", ["-n", "-c", script], { encoding: "utf8" }).stderr).toBe("");
});

test("an engine that is not the one that was looked at is not unpacked, and nothing is installed after it", () => {
  const one = job({ curl: "echo another >pulumi.tar.gz", tar: "true", npm: "true" });
  const { code, stdout } = one.run(must(".canaryctl", "before_script"));
  expect(code).not.toBe(0);
  expect(stdout).toContain("pulumi.tar.gz: FAILED");
  expect(one.calls).toEqual([expect.stringMatching(/^curl /)]);
});

test("a preview is commented also where it was refused, and the job ends as it did", () => {
  const one = job({ npx: 'if [ "$2" = preview ]; then echo "the text"; exit 3; fi' });
  expect(one.run(must("preview")).code).toBe(3);
  expect(one.read("preview.md")).toBe("the text\n");
  expect(one.calls.at(-1)).toBe("npx canaryctl comment preview.md");
});

test("a fork's merge request is told why there is no preview", () => {
  expect(job().run(must("fork")).stdout).toMatch(/^Not previewed: a merge request from a fork gets no secrets/);
});

describe("the scheduled comparison keeps one issue", () => {
  const issues = "https://lab.test/api/v4/projects/42/issues";
  const variables = {
    TITLE: "It differs",
    CI_API_V4_URL: "https://lab.test/api/v4",
    CI_PROJECT_ID: "42",
    GITLAB_TOKEN: "the-secret-token",
  };
  const other = { iid: 3, title: "It differs too" };
  // Notes what stands in the place of its config, and answers a list.
  const curl = (open: readonly object[]) =>
    `cat >>config\nif [[ "$*" == *--get* ]]; then echo '${JSON.stringify(open)}'; fi`;

  test.each([
    ["0", [other], undefined, 0],
    ["0", [other, { iid: 7, title: "It differs" }], ` --request PUT ${issues}/7 --data state_event=close`, 0],
    ["2", [other], ` ${issues} --data-urlencode title=It differs --data-urlencode description@drift.md`, 0],
    ["2", [{ iid: 7, title: "It differs" }], ` --request PUT ${issues}/7 --data-urlencode description@drift.md`, 0],
    ["1", [], undefined, 1],
    ["3", [{ iid: 7, title: "It differs" }], undefined, 3],
  ] as const)("exit code %s, where %j are open", (end, open, call, ends) => {
    const one = job({ npx: `echo "the text"; exit ${end}`, curl: curl(open) });
    const { code, stdout } = one.run(must("drift"), variables);
    expect([code, stdout]).toEqual([ends, "the text\n"]);
    const [, list, ...more] = one.calls;
    expect(list).toContain(`--get ${issues} --data scope=created_by_me --data state=opened`);
    expect(more).toEqual(
      call === undefined ? [] : [expect.stringMatching(new RegExp(`${call.replaceAll(/[.?]/g, "\\$&")}$`))],
    );
    expect(one.calls.join("\n")).not.toContain(variables.GITLAB_TOKEN);
    expect(one.read("config").split("\n")).toContain('header = "PRIVATE-TOKEN: the-secret-token"');
  });

  test("and fails where GitLab does not say which are open", () => {
    const one = job({ npx: "exit 2", curl: "cat >/dev/null; exit 22" });
    expect(one.run(must("drift"), variables).code).not.toBe(0);
    expect(one.calls).toHaveLength(2);
  });
});

describe("a promotion", () => {
  const variables = {
    FROM: "dev",
    STACK: "staging",
    CI_DEFAULT_BRANCH: "main",
    CI_PROJECT_URL: "https://lab.test/group/name",
    GITLAB_TOKEN: "the-secret-token",
  };
  const changed = 'if [ "$1" = diff ]; then exit 1; fi';

  test("pushes what it noted in the stack's file, and no command line has the token", () => {
    const one = job({ npx: "true", git: changed });
    expect(one.run(must(".promote"), variables).code).toBe(0);
    expect(one.calls.filter((call) => call.startsWith("npx"))).toEqual([
      "npx canaryctl --stack staging up",
      "npx canaryctl stack promote dev staging",
    ]);
    expect(one.calls.at(-1)).toBe("git push https://lab.test/group/name.git HEAD:main");
    expect(one.calls.join("\n")).not.toContain(variables.GITLAB_TOKEN);
  });

  test("ends as `stack promote` did, after what that noted was pushed", () => {
    const one = job({ npx: 'if [ "$3" = promote ]; then exit 1; fi', git: changed });
    expect(one.run(must(".promote"), variables).code).toBe(1);
    expect(one.calls.at(-1)).toMatch(/^git push/);
  });

  test("goes no further where `up` fails before it", () => {
    const one = job({ npx: "exit 1", git: "true" });
    expect(one.run(must(".promote"), variables).code).toBe(1);
    expect(one.calls.at(-1)).toBe("npx canaryctl --stack staging up");
  });
});

test.each([
  ["canceled", true, ["pulumi cancel --yes --stack staging"]],
  ["canceled", false, []],
  ["failed", true, []],
])("after a job that is %s, and was changing something: %j", (status, wasChanging, calls) => {
  const one = job({ pulumi: "true" });
  if (wasChanging) one.write(".changing", "");
  const variables = { CI_JOB_STATUS: status, STACK: "staging" };
  expect(one.run(must(".stack", "after_script"), variables).code).toBe(0);
  expect(one.calls).toEqual(calls);
});
