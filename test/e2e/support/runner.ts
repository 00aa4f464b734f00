import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { copyBuilds, makeCheckout } from "./checkout.ts";
import { mustRun, type Outcome, run } from "./command.ts";
import { labShell } from "./lab.ts";

/** A repository on a server, and the CI jobs that clone it. */
export interface Repository {
  /** A runner with a clone of the branch, as a job begins: an empty home, a kubeconfig of its own, and no `.lab/`. */
  runner(branch?: string): Promise<Runner>;
  remove(): void;
}

export interface Runner {
  readonly folder: string;
  canaryctl(...args: readonly string[]): Promise<Outcome>;
  /** A script in the clone, as a step of a workflow runs it. */
  script(text: string, variables?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** Commits all that was changed and pushes it to the branch. */
  push(message: string, branch?: string): Promise<void>;
}

/** The variables of a CI job that the user's shell must not fill in. `canaryctl env` prints them for one checkout and one stack. */
const ofCheckout = [
  "CANARY_LAB_ENV",
  "CANARY_LAB_USER_KUBECONFIG",
  "CANARY_LAB_KUBECONFIG",
  "PULUMI_STACK",
  "NODE_COMPILE_CACHE",
];

/**
 * Makes a repository of the files of this checkout as they are now.
 *
 * @param edit changes files before the first commit
 */
export async function makeRepository(edit: (folder: string) => void): Promise<Repository> {
  const root = mkdtempSync(join(tmpdir(), "ci-"));
  const home = join(root, "home");
  mkdirSync(home);
  const env = { ...(await jobVariables(root)), HOME: home };
  const git = (cwd: string, ...args: readonly string[]) => mustRun("git", args, { cwd, env, quiet: true });

  const first = makeCheckout();
  rmSync(join(first.folder, "node_modules"));
  edit(first.folder);
  const server = join(root, "server.git");
  await git(first.folder, "init", "--quiet", "--initial-branch", "main");
  await git(first.folder, "add", "--all");
  await git(first.folder, "commit", "--quiet", "--message", "All of it");
  await git(root, "clone", "--quiet", "--bare", first.folder, server);
  first.remove();

  async function runner(branch = "main"): Promise<Runner> {
    const folder = mkdtempSync(join(root, "job-"));
    await git(root, "clone", "--quiet", "--branch", branch, server, folder);
    linkPackages(folder);
    const command = join(folder, "node_modules", ".bin", "canaryctl");
    return {
      folder,
      canaryctl: (...args) => run(command, args, { cwd: folder, env, timeoutSeconds: 180 }),
      script: (text, variables = {}) =>
        run("bash", ["-eo", "pipefail", "-c", text], {
          cwd: folder,
          env: { ...env, ...variables },
          timeoutSeconds: 180,
        }),
      push: async (message, to = branch) => {
        await git(folder, "commit", "--quiet", "--all", "--message", message);
        await git(folder, "push", "--quiet", "origin", `HEAD:${to}`);
      },
    };
  }
  return { runner, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** What the settings of a CI system give a job: tools, backend, passphrase, registry, and the context of a kubeconfig that it writes. */
async function jobVariables(root: string): Promise<Record<string, string>> {
  const shell = await labShell();
  const { KUBECONFIG = "", PULUMI_CONFIG_PASSPHRASE_FILE = "", ...rest } = shell;
  const kubeconfig = join(root, "kubeconfig");
  writeFileSync(kubeconfig, readFileSync(KUBECONFIG), { mode: 0o600 });
  const kept = Object.entries(rest).filter(([name]) => !ofCheckout.includes(name));
  const person = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((role) => [
      [`GIT_${role}_NAME`, "A job"],
      [`GIT_${role}_EMAIL`, "job@example.org"],
    ]),
  );
  const passphrase = readFileSync(PULUMI_CONFIG_PASSPHRASE_FILE, "utf8").trimEnd();
  return { ...Object.fromEntries(kept), ...person, PULUMI_CONFIG_PASSPHRASE: passphrase, KUBECONFIG: kubeconfig };
}

/** What `npm ci` makes, without a copy of each file: packages from the registry are links; those of the repository are its own. */
function linkPackages(folder: string): void {
  const [from, to] = [repositoryRoot, folder].map((root) => join(root, "node_modules")) as [string, string];
  mkdirSync(to);
  const withOwn = [".bin", "@canary-lab"];
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    // A link leads to a package of the repository by a relative path.
    if (entry.isSymbolicLink() || withOwn.includes(entry.name))
      cpSync(source, target, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(source, target);
  }
  copyBuilds(folder);
}

/** The script of a workflow's only step that runs `command`. */
export function scriptOf(file: string, command: string): string {
  const workflow = parse(readFileSync(join(repositoryRoot, file), "utf8")) as {
    readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
  };
  const scripts = Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    .filter((text) => text.includes(command));
  if (scripts.length !== 1) throw new Error(`${file} runs ${command} in ${scripts.length} steps.`);
  return scripts[0] as string;
}
