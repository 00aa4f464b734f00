import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readIfThere } from "@canary-lab/kit/private-files";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../../..");
export const actions = [".github/actions/prepare/action.yml", "action.yml"];
const gitlabFile = "docs/gitlab-ci.yml";

interface Step {
  readonly run?: string;
}

const read = (file: string) => parse(readFileSync(join(root, file), "utf8"));

/** The scripts of a workflow's steps or of an action's, in order. */
export function scriptsIn(file: string): readonly string[] {
  const { jobs = {}, runs } = read(file);
  const owners = [...Object.values<{ readonly steps?: readonly Step[] }>(jobs), ...(runs ? [runs] : [])];
  return owners.flatMap(({ steps = [] }: { readonly steps?: readonly Step[] }) =>
    steps.flatMap(({ run }) => run ?? []),
  );
}

/** The only script of a file that has this text. */
export function scriptWith(file: string, text: string): string {
  const found = scriptsIn(file).filter((script) => script.includes(text));
  if (found.length !== 1) throw new Error(`${file} has ${found.length} scripts with ${text}.`);
  return found[0] as string;
}

export type GitlabPart = "before_script" | "script" | "after_script";

/** A part of a job of GitLab, as its runner puts the lines together; undefined where the job has none of its own. */
export function gitlabScript(job: string, part: GitlabPart = "script"): string | undefined {
  return (read(gitlabFile)[job]?.[part] as readonly string[] | undefined)?.join("\n");
}

export const gitlabJobs = (): readonly string[] =>
  Object.keys(read(gitlabFile)).filter((name) => !["stages"].includes(name));

/** A job's folder, with stand-ins of the tools: each notes how it was called, and then does what its own lines say. */
export class Job {
  readonly folder = mkdtempSync(join(tmpdir(), "ci-"));
  readonly #bin = join(this.folder, "bin");
  readonly #calls = join(this.folder, "calls");

  /** @param tools the lines of bash of each, by name */
  constructor(tools: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.#bin);
    for (const [name, lines] of Object.entries(tools)) {
      const note = `echo "${name} $*" >>${this.#calls}`;
      writeFileSync(join(this.#bin, name), `#!/bin/bash\n${note}\n${lines}\n`, { mode: 0o700 });
    }
  }

  /** Runs a script as GitHub and GitLab do: it ends at the first line that fails, also in a pipe. */
  run(script: string, variables: Readonly<Record<string, string>> = {}) {
    const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: this.folder,
      encoding: "utf8",
      env: {
        PATH: `${this.#bin}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        HOME: this.folder,
        RUNNER_TEMP: this.folder,
        GITHUB_STEP_SUMMARY: this.path("summary"),
        GITHUB_OUTPUT: this.path("output"),
        GITHUB_ENV: this.path("env"),
        ...variables,
      },
    });
    return { code: status, stdout, stderr };
  }

  path = (name: string): string => join(this.folder, name);

  read = (name: string): string => readIfThere(this.path(name)) ?? "";

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** How the tools were called, in order. */
  get calls(): readonly string[] {
    return this.read("calls").split("\n").filter(Boolean);
  }

  remove = (): void => rmSync(this.folder, { recursive: true, force: true });
}
