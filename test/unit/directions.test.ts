import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";

/** One import in one file: whether the rules of biome.json refuse it. */
const cases: readonly [file: string, imported: string, isRefused: boolean][] = [
  ["packages/kit/src/a.ts", "../../../cluster/target.ts", true],
  ["packages/kit/src/b.ts", "@canary-lab/embedded-cluster/settings", true],
  ["packages/kit/src/c.ts", "./lock.ts", false],
  ["packages/embedded-cluster/src/node/a.ts", "../../../../cluster/lab-folder.ts", true],
  ["packages/embedded-cluster/src/b.ts", "@canary-lab/pulumi-plugins/install", true],
  ["packages/embedded-cluster/src/c.ts", "@canary-lab/kit/lock", false],
  ["packages/pulumi-plugins/src/a.ts", "@canary-lab/embedded-cluster/settings", true],
  ["packages/pulumi-plugins/src/b.ts", "../../../components/names.ts", true],
  ["packages/pulumi-plugins/src/c.ts", "@canary-lab/kit/lock", false],
  ["cluster/a.ts", "../stacks/config/schema.ts", true],
  ["cluster/b.ts", "../components/names.ts", true],
  ["cluster/c.ts", "../canaryctl/src/lab.ts", true],
  ["cluster/d.ts", "@canary-lab/embedded-cluster/settings", false],
  ["canary/plan/a.ts", "../../components/names.ts", true],
  ["canary/plan/b.ts", "@pulumi/pulumi", true],
  ["canary/plan/c.ts", "../weight.ts", false],
  ["apps/judge/src/a.ts", "../../../canaryctl/src/lab.ts", true],
  ["apps/judge/src/b.ts", "@canary-lab/kit/lock", true],
  ["apps/judge/src/c.ts", "../../../canary/judge/judge.ts", false],
  ["components/mesh/a.ts", "../../stacks/config/schema.ts", true],
  ["components/mesh/b.ts", "../../cluster/target.ts", true],
  ["components/mesh/c.ts", "../../canary/weight.ts", false],
  ["examples/a.ts", "../components/names.ts", true],
  ["examples/b.ts", "@canary-lab/components", false],
  ["policy/a.ts", "../cluster/target.ts", true],
  ["policy/b.ts", "../stacks/config/schema.ts", false],
  ["stacks/live/a.ts", "../../canaryctl/src/lab.ts", true],
  ["stacks/live/b.ts", "../../cluster/target.ts", false],
];

describe("the direction of imports", () => {
  const folder = mkdtempSync(join(tmpdir(), "directions-"));
  const refused = new Set<string>();
  beforeAll(() => {
    const config = JSON.parse(readFileSync(join(repositoryRoot, "biome.json"), "utf8"));
    writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...config, vcs: { enabled: false } }));
    symlinkSync(join(repositoryRoot, "node_modules"), join(folder, "node_modules")); // for the schema that it names
    for (const [file, imported] of cases) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `import * as imported from "${imported}";\n\nexport { imported };\n`);
    }
    const biome = join(repositoryRoot, "node_modules/.bin/biome");
    const lint = ["lint", "--only=style/noRestrictedImports", "--reporter=json", "--max-diagnostics=none", "."];
    const { stdout } = spawnSync(biome, lint, { cwd: folder, encoding: "utf8" });
    for (const [file] of cases) if (stdout.includes(`"${file}"`)) refused.add(file);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(cases)("%s importing %s is refused: %p", (file, _, isRefused) => {
    expect(refused.has(file)).toBe(isRefused);
  });
});
