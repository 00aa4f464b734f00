import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { repositoryRoot } from "../cluster/lab-folder.ts";
import { mustRun } from "../test/e2e/support/command.ts";
import { labShell } from "../test/e2e/support/lab.ts";

/** A Pulumi program without a resource: what the engine costs before it does anything. */
export interface EmptyProgram {
  /** Runs a command of pulumi on it and gives its wall time in seconds. */
  seconds(...args: readonly string[]): Promise<number>;
  remove(): Promise<void>;
}

/** Makes the program in a temporary folder, with the lab's engine, runtime, packages and kind of backend. */
export async function makeEmptyProgram(): Promise<EmptyProgram> {
  const folder = mkdtempSync(join(tmpdir(), "empty-program-"));
  const runtime = withAbsolutePaths(
    parseDocument(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")).toJS().runtime,
  );
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "empty", main: "index.ts", runtime }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", type: "module", main: "index.ts" }));
  writeFileSync(join(folder, "index.ts"), "export {};\n");
  symlinkSync(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  const env = { ...(await labShell()), PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_STACK: "dev" };
  const pulumi = (...args: readonly string[]) =>
    mustRun("pulumi", ["--non-interactive", ...args], { cwd: folder, env });
  await pulumi("stack", "init", "dev");
  await pulumi("up", "--yes", "--skip-preview");
  return {
    seconds: async (...args) => (await pulumi(...args)).seconds,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The lab's options of Node name a module of this repository. */
function withAbsolutePaths(runtime: { readonly name: string; readonly options: { readonly nodeargs: string } }) {
  const nodeargs = runtime.options.nodeargs.replace(/(?<= )\.\//, `${repositoryRoot}/`);
  return { ...runtime, options: { ...runtime.options, nodeargs } };
}
