import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { programDependencies, requiredPlugins } from "../../src/language/packages.ts";

const repositoryRoot = join(import.meta.dirname, "../../../..");
function folderWith(files: Record<string, object>): string {
  const folder = mkdtempSync(join(tmpdir(), "packages-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(content));
  }
  return folder;
}

describe("the plugins that a program needs", () => {
  test("are those of its packages that say so: the lab's own are the two providers", () => {
    expect(requiredPlugins(repositoryRoot)).toEqual([
      { name: "docker", version: "5.2.0", server: "" },
      { name: "kubernetes", version: "4.34.2", server: "" },
    ]);
  });

  test("are found from a folder below the package, and hoisted above it", () => {
    const folder = folderWith({
      "app/package.json": {
        dependencies: { "@scope/hoisted": "^1.0.0", plain: "1.0.0" },
        devDependencies: { absent: "*" },
      },
      "node_modules/@scope/hoisted/package.json": {
        version: "1.2.3",
        pulumi: { resource: true, server: "https://plugins.test" },
      },
      "app/node_modules/plain/package.json": { version: "1.0.0" },
      "app/deploy/tsconfig.json": {},
    });
    expect(requiredPlugins(join(folder, "app/deploy"))).toEqual([
      { name: "hoisted", version: "1.2.3", server: "https://plugins.test" },
    ]);
    expect(programDependencies(join(folder, "app"))).toEqual([
      { name: "absent", version: "*" },
      { name: "@scope/hoisted", version: "1.2.3" },
      { name: "plain", version: "1.0.0" },
    ]);
  });

  test("of a folder without a package are none", () => {
    expect(requiredPlugins(folderWith({}))).toEqual([]);
  });
});
