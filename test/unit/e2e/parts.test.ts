import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { dependenciesOf, digestOf, lockedVersions } from "../../e2e/support/part-digest.ts";
import { type Part, parts } from "../../e2e/support/parts.ts";
import { readProved, unchangedParts, writeProved } from "../../e2e/support/proved.ts";
import { provedBy } from "../../e2e/support/proved-reporter.ts";

const root = join(import.meta.dirname, "../../..");

describe("the table of parts", () => {
  test.each(Object.entries(parts))("%s names files that are there", (_, { test: file, modules, data }) => {
    for (const path of [file, ...modules, ...data]) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  });

  test("a part depends on what its modules import, packages of the repository included", async () => {
    const { files, packages } = await dependenciesOf(["components/nginx-header/header-ingress.ts"], root);
    expect(files).toContain("components/nginx-header/render-ingress.ts");
    expect(packages).toContain("@pulumi/kubernetes");
    const own = await dependenciesOf(["cluster/existing.ts"], root);
    expect(own.files).toContain("packages/kit/src/user-error.ts");
  });
});

describe("the digest of a part", () => {
  const folder = mkdtempSync(join(tmpdir(), "part-"));
  const part: Part = { test: "part.test.ts", modules: ["part.ts"], data: ["data"] };
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const lock = (version: string) => JSON.stringify({ packages: { "node_modules/library": { version } } });

  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    write("part.test.ts", 'import "./part.ts";');
    write("part.ts", 'import "library";\nimport "./helper.ts";');
    write("helper.ts", "console.log(1);");
    write("other.ts", "console.log(1);");
    write("data/deep/values.json", "{}");
    write("package-lock.json", lock("1.0.0"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["its tests", "part.test.ts", 'import "./part.ts";\n'],
    ["what it imports", "helper.ts", "console.log(2);"],
    ["its data", "data/deep/values.json", "[]"],
    ["a new file of its data", "data/more.json", "{}"],
    ["the version of a package that it imports", "package-lock.json", lock("1.0.1")],
  ])("changes with %s", async (_, file, text) => {
    const before = await digestOf(part, folder);
    write(file, text);
    expect(await digestOf(part, folder)).not.toBe(before);
  });

  test("does not change with anything else, nor with the place of the repository", async () => {
    const before = await digestOf(part, folder);
    write("other.ts", "console.log(2);");
    expect(await digestOf(part, folder)).toBe(before);
    const copy = mkdtempSync(join(tmpdir(), "part-copy-"));
    cpSync(folder, copy, { recursive: true });
    expect(await digestOf(part, copy)).toBe(before);
    rmSync(copy, { recursive: true });
  });
});

test("the versions of packages are those of all that they need, the nearer ones first", () => {
  const lock = {
    "node_modules/a": { version: "1", dependencies: { b: "*", c: "*" } },
    "node_modules/a/node_modules/b": { version: "2", dependencies: { a: "*" } },
    "node_modules/b": { version: "3" },
    "node_modules/c": { version: "4" },
    "node_modules/unused": { version: "5" },
  };
  expect(lockedVersions(["a", "node:fs"], lock)).toEqual([
    "node_modules/a/node_modules/b@2",
    "node_modules/a@1",
    "node_modules/c@4",
  ]);
});

describe("what was proved", () => {
  const result = (file: string, passing: number, failing = 0, pending = 0) => ({
    testFilePath: join(root, file),
    numPassingTests: passing,
    numFailingTests: failing,
    numPendingTests: pending,
  });
  const digests = { conformance: "c", "nginx-header": "n" };
  const [conformance, nginx] = ["test/e2e/80-conformance.test.ts", "test/e2e/45-nginx-header.test.ts"];

  test("is what ran and passed, whole", () => {
    expect(provedBy({ testResults: [result(conformance, 27), result(nginx, 3, 1)] }, root, digests)).toEqual({
      conformance: "c",
    });
    expect(provedBy({ testResults: [result(conformance, 0, 0, 1)] }, root, digests)).toEqual({});
    expect(provedBy({ testResults: [result("test/e2e/03-weights.test.ts", 5)] }, root, digests)).toEqual({});
  });

  test("is kept in a file, and is left out until its digest changes", () => {
    const folder = mkdtempSync(join(tmpdir(), "proved-"));
    const file = pathToFileURL(join(folder, "proved.json"));
    expect(readProved(file)).toEqual({});
    writeProved({ b: "1", a: "2" }, file);
    expect(readProved(file)).toEqual({ a: "2", b: "1" });
    expect(unchangedParts({ a: "2", b: "3", c: "4" }, readProved(file))).toEqual(["a"]);
    rmSync(folder, { recursive: true });
  });
});
