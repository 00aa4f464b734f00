import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { ensureTool } from "../../src/toolchain/one-tool.ts";
import { exampleSettings } from "./example-settings.ts";

const path = process.env.PATH ?? "";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "one-tool-"));
  for (const name of ["bin", "module"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "module/go.mod"), "module example\n\ngo 1.20\n");
  // A compiler that writes what it is asked for, and notes each call.
  const go = `#!/bin/sh
echo "$*" >>"${folder}/calls"
case $1 in
  version) echo "go version go1.26.8 linux/amd64" ;;
  build) while [ "$1" != -o ]; do shift; done; echo built >"$2" ;;
esac
`;
  writeFileSync(join(folder, "bin/go"), go);
  chmodSync(join(folder, "bin/go"), 0o755);
  process.env.PATH = [join(folder, "bin"), path].join(delimiter);
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

test("a tool that no cluster is made of is built once, into the cache that all share", async () => {
  const recipe = {
    name: "linter",
    folder: join(folder, "module"),
    programs: [{ output: "linter", package: "example.test/linter" }],
    seconds: 1,
    gigabytes: 0.001,
  };
  const said: string[] = [];
  const progress = {
    stage: async <T>(_: string, work: (note: () => void) => Promise<T>) => work(() => {}),
    say: (line: string) => void said.push(line),
  };
  const settings = exampleSettings(folder);
  const made = await ensureTool(recipe, settings, progress);
  expect(made).toMatch(new RegExp(`^${settings.cache}/tools/linter-[0-9a-f]{12}$`));
  expect(readFileSync(join(made, "linter"), "utf8")).toBe("built\n");
  expect(said[0]).toMatch(/^Tools to make, once: 1/);
  expect(await ensureTool(recipe, settings, progress)).toBe(made);
  const builds = readFileSync(join(folder, "calls"), "utf8").match(/^build /gm);
  expect(builds).toHaveLength(1);
  expect(existsSync(join(settings.cache, "building"))).toBe(false);
});
