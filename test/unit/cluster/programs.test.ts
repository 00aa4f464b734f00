import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { findProgramProblems, type ProgramName } from "../../../cluster/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "programs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function install(program: ProgramName, says: string): void {
  writeFileSync(join(folder, program), `#!/bin/sh\necho "${says}"\n`);
  chmodSync(join(folder, program), 0o755);
}
const problems = async (...names: ProgramName[]) =>
  (await findProgramProblems(names, `${folder}:/usr/bin:/bin`)).map(({ problem }) => problem);

test.each<[ProgramName, string, readonly string[]]>([
  ["pulumi", "v3.250.0", []],
  ["pulumi", "v3.274.1", []],
  ["pulumi", "v3.247.0", ["pulumi is version 3.247.0, and ^3.248.0 is needed"]],
  ["pulumi", "v4.0.0", ["pulumi is version 4.0.0, and ^3.248.0 is needed"]],
  ["pulumi", "unknown", ["pulumi does not say its version, and ^3.248.0 is needed"]],
  ["kind", "kind v0.33.0 go1.25.1 linux/amd64", []],
  ["kind", "kind v0.34.1 go1.26.0 darwin/arm64", []],
  ["kind", "kind v0.27.0 go1.24.0 linux/amd64", ["kind is version 0.27.0, and >=v0.33.0 is needed"]],
])("%s that says %s", async (program, says, expected) => {
  install(program, says);
  expect(await problems(program)).toEqual(expected);
});

test("all that is missing is named at once", async () => {
  rmSync(join(folder, "kind"), { force: true });
  rmSync(join(folder, "pulumi"), { force: true });
  expect(await problems("kind", "pulumi")).toEqual(["kind is not installed", "pulumi is not installed"]);
});
